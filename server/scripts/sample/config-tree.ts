/** What a small company keeps in its coordination store: the keys and values of the sample, in every common format. */
import { fromBase64 } from '../../../lib/base/bytes.ts';
import type { Bytes } from '../../../lib/client/index.ts';

/** A 16 by 16 icon: a value that is no text. */
const ICON = fromBase64(
  'iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAYAAAAf8/9hAAAAMElEQVR42mNgoDbQz/7/Hx+mSDNeQ4jVjNUQUjVjGDJqwLAwgOKERJWkTJXMRA4AAGa/vjCCR4XVAAAAAElFTkSuQmCC',
);

const json = (value: unknown): string => JSON.stringify(value, null, 2);

/** Several values mean that the key was changed: it has a history from the start. */
export const CONFIG: Readonly<Record<string, readonly Bytes[]>> = {
  ...service('web', 8080, { theme: 'light', searchBox: true }),
  ...service('payments', 8443, { newLedger: false, retries: 3 }),
  ...service('search', 9200, { fuzzy: true, synonyms: false }),
  ...service('mail', 2525, { digest: 'weekly' }),
  'config/web/routes.yaml': [
    'routes:\n  - path: /\n    to: home\n  - path: /search\n    to: search\n',
    'routes:\n  - path: /\n    to: home\n  - path: /search\n    to: search\n  - path: /checkout\n    to: payments\n    timeout: 5s\n',
  ],
  'config/web/banner.txt': [
    'Orders placed before noon ship today.\n',
    'Summer hours: orders placed before 11:00 ship today.\n',
  ],
  'config/web/icon.png': [ICON],
  'config/payments/providers.json': [
    json({ primary: 'alpine', fallback: 'harbour', timeoutMs: 4000 }),
    json({ primary: 'harbour', fallback: 'alpine', timeoutMs: 4000 }),
  ],
  'config/payments/limits.yaml': ['daily: 250000\nsingle: 5000\ncurrencies: [EUR, CHF, SEK]\n'],
  'config/search/index.json': [json({ shards: 6, replicas: 2, refresh: '30s', fields: ['title', 'body', 'tags'] })],
  'config/search/stopwords.txt': ['a\nan\nand\nof\nor\nthe\n'],
  'config/mail/templates/welcome.txt': ['Hello {{name}},\n\nyour account is ready.\n'],
  'config/mail/templates/invoice.txt': ['Invoice {{number}} for {{name}}\nDue {{date}}: {{amount}}\n'],
  'config/shared/regions': ['eu-north,eu-central,us-east'],
  'config/shared/maintenance': ['false'],
  'config/shared/currency.json': [json({ base: 'EUR', rounding: 2 })],
  'config/shared/greeting': ['Grüezi · こんにちは · здравствуйте'],
  'schema/version': ['41', '42'],
  'jobs/nightly/schedule': ['15 3 * * *'],
  'jobs/nightly/last-run.json': [json({ ok: true, rows: 18_204, seconds: 212 })],
  'jobs/cleanup/schedule': ['0 * * * *'],
};

function service(name: string, port: number, features: object): Readonly<Record<string, readonly Bytes[]>> {
  return {
    [`config/${name}/server.json`]: [
      json({ port, workers: 2, log: { level: 'debug' } }),
      json({ port, workers: 4, log: { level: 'info' } }),
      json({ port, workers: 4, log: { level: 'info' }, drainSeconds: 20 }),
    ],
    [`config/${name}/features.json`]: [json(features)],
    [`config/${name}/replicas`]: ['2', '3'],
  };
}
