// Whether a test run has produced every status that docs/openapi.json documents, of every operation; which are missing.
import { existsSync, readFileSync } from 'node:fs';

/** What a run noted (see test/support/route-log.ts) against the document; answers the missing "METHOD path status". */
export function findUncovered(logFile, documentFile) {
  const document = JSON.parse(readFileSync(documentFile, 'utf8'));
  const seen = new Set(existsSync(logFile) ? readFileSync(logFile, 'utf8').split('\n') : []);
  const requests = [...seen].filter(Boolean).map((line) => {
    const [method, path, status] = line.split(' ');
    return { method, path, status };
  });
  return Object.entries(document.paths).flatMap(([template, operations]) => {
    const pattern = new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`);
    const here = requests.filter(({ path }) => pattern.test(path));
    return Object.entries(operations).flatMap(([method, { responses }]) =>
      Object.keys(responses)
        .filter((status) => status !== 'default')
        .filter((status) => !here.some((r) => r.method === method.toUpperCase() && r.status === status))
        .map((status) => `${method.toUpperCase()} ${template} ${status}`),
    );
  });
}
