/** The thread that validates. Asked and answered by schema-checker.ts; killed by it when it takes too long. */
import { parentPort } from 'node:worker_threads';
import type { Json } from '../../../lib/config/json.ts';
import { checkDocument, type SchemaIssue, schemaProblem } from './schema-check.ts';

export interface SchemaQuestion {
  readonly id: number;
  readonly schema: Json;
  /** Null: only the schema is looked at. */
  readonly documents: readonly Json[] | null;
}

export interface SchemaAnswer {
  readonly id: number;
  /** Per document; for the schema alone, one list. */
  readonly issues: readonly (readonly SchemaIssue[])[];
}

parentPort?.on('message', ({ id, schema, documents }: SchemaQuestion) => {
  const problem = schemaProblem(schema);
  const issues =
    documents === null
      ? [problem === undefined ? [] : [problem]]
      : documents.map((document) => checkDocument(schema, document));
  const answer: SchemaAnswer = { id, issues };
  parentPort?.postMessage(answer);
});

/** Everything is loaded: time counts from here. */
parentPort?.postMessage('ready');
