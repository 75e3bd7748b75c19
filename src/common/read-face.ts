/** The two faces of the API: the published one (`/v2/…`) and our own (everything else). */
export type Face = 'v2' | 'own';

/** The path of a request URL, without its query. */
export function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

/** Which face a request URL belongs to: `v2` only where `v2` is the whole first segment. */
export function readFace(url: string): Face {
  return /^\/v2(\/|$)/.test(pathOf(url)) ? 'v2' : 'own';
}
