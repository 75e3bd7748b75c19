/** How long something took as "HH:MM:SS", days counted as hours; '' while it lasts. Whole seconds, never negative. */
export function toDuration(startAt: Date, endAt: Date | null): string {
  if (!endAt) return '';
  const seconds = Math.max(0, Math.floor((endAt.getTime() - startAt.getTime()) / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
