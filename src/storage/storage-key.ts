const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const KEY = new RegExp(`^${UUID}/${UUID}$`);

/**
 * Where a file is stored: ids only, so that no name anybody gave can lead out of its workspace's folder.
 * @throws Error for anything else than two lower-case UUIDs
 */
export function storageKey(workspaceId: string, id: string): string {
  const key = `${workspaceId}/${id}`;
  if (!KEY.test(key)) throw new Error('a storage key is made of two ids');
  return key;
}

/** Whether a text is a key that `storageKey` made. */
export function isStorageKey(text: string): boolean {
  return KEY.test(text);
}
