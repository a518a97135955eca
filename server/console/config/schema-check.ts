/**
 * One document against one JSON Schema 2020-12, cross-field rules (`x-rules`) included. Runs in the worker (schema-worker.ts):
 * a pattern of the schema may take forever. Nothing is fetched: a reference must lead into the schema itself.
 */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { errorText } from '../../../lib/base/error-text.ts';
import { RuleTooLong, run, STEPS_MAX } from '../../../lib/config/flags/json-logic.ts';
import { isArray, isObject, type Json, type JsonObject, joinPointer, unfit } from '../../../lib/config/json.ts';

export interface SchemaIssue {
  /** Into the document; into the schema where `keyword` is "schema". */
  readonly path: string;
  readonly message: string;
  /** The keyword that failed; "schema": the schema itself is wrong; "x-rules": a cross-field rule. */
  readonly keyword: string;
}

const SCHEMA_BYTES_MAX = 256 * 1024;
/** Errors shown of one document. */
const ISSUES_MAX = 100;
const COMPILED_MAX = 50;

/** Names where a wrong key is named instead of the object that holds it. */
const NAMED_IN_PARAMS = ['additionalProperty', 'unevaluatedProperty', 'missingProperty', 'propertyName'] as const;

const compiled = new Map<string, ValidateFunction | SchemaIssue>();

/** Whether the schema itself can be used; undefined when it can. */
export function schemaProblem(schema: Json): SchemaIssue | undefined {
  const validate = compile(schema);
  return typeof validate === 'function' ? undefined : validate;
}

export function checkDocument(schema: Json, document: Json): readonly SchemaIssue[] {
  const validate = compile(schema);
  if (typeof validate !== 'function') return [validate];
  const issues = validate(document) ? [] : (validate.errors ?? []).map(issueOf);
  return [...issues, ...brokenRules(schema, document)].slice(0, ISSUES_MAX);
}

function compile(schema: Json): ValidateFunction | SchemaIssue {
  const text = JSON.stringify(schema);
  const known = compiled.get(text);
  if (known !== undefined) return known;
  const made = compileNew(schema, text);
  if (compiled.size >= COMPILED_MAX) compiled.delete(compiled.keys().next().value ?? '');
  compiled.set(text, made);
  return made;
}

function compileNew(schema: Json, text: string): ValidateFunction | SchemaIssue {
  const wrong = (path: string, message: string): SchemaIssue => ({ path, message, keyword: 'schema' });
  if (text.length > SCHEMA_BYTES_MAX) return wrong('', `is larger than ${SCHEMA_BYTES_MAX} bytes`);
  if (!isObject(schema) && typeof schema !== 'boolean') return wrong('', 'must be an object, or true or false');
  const misfit = unfit(schema);
  if (misfit !== undefined) return wrong(misfit.path, misfit.message);
  // One per schema: the same $id twice would be refused.
  const ajv = new Ajv2020({ allErrors: true, strictTypes: false, logger: false });
  formats.default(ajv);
  ajv.addKeyword('x-rules');
  try {
    return ajv.compile(schema);
  } catch (cause) {
    const first = ajv.errors?.[0];
    const message = errorText(cause);
    return wrong(first?.instancePath ?? placeOf(schema, message), message);
  }
}

/** Where a schema says what the compiler only quotes: an unknown keyword, format or reference. "" where it quotes nothing. */
function placeOf(schema: Json, message: string): string {
  const keyword = /unknown keyword: "([^"]+)"/.exec(message)?.[1];
  if (keyword !== undefined) return findIn(schema, (key) => key === keyword) ?? '';
  const format = /unknown format "([^"]+)"/.exec(message)?.[1];
  if (format !== undefined) return findIn(schema, (key, value) => key === 'format' && value === format) ?? '';
  const reference = /can't resolve reference (\S+)/.exec(message)?.[1];
  const isReference = (key: string, value: Json): boolean => key === '$ref' && value === reference;
  return reference === undefined ? '' : (findIn(schema, isReference) ?? '');
}

/** The pointer of the first entry that is meant, the shallowest first. */
function findIn(schema: Json, isMeant: (key: string, value: Json) => boolean): string | undefined {
  const open: (readonly [at: string, value: Json])[] = [['', schema]];
  for (const [at, value] of open) {
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, child] of Object.entries(value) as [string, Json][]) {
      const path = joinPointer(at, key);
      if (isMeant(key, child)) return path;
      open.push([path, child]);
    }
  }
  return undefined;
}

function issueOf({ instancePath, keyword, message, params }: ErrorObject): SchemaIssue {
  const named = NAMED_IN_PARAMS.map((name) => params[name]).find((name) => typeof name === 'string');
  const path = named === undefined ? instancePath : joinPointer(instancePath, named);
  return { path, keyword, message: wordsOf(keyword, message ?? 'is not valid', params) };
}

function wordsOf(keyword: string, message: string, params: Readonly<Record<string, unknown>>): string {
  if (keyword === 'required') return 'is required';
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties') return 'is not a known key';
  if (keyword === 'enum') return `must be one of ${JSON.stringify(params.allowedValues)}`;
  if (keyword === 'const') return `must be ${JSON.stringify(params.allowedValue)}`;
  return message;
}

/** `x-rules` at the root: [{ when?, assert, message, path? }], both rules in JsonLogic over the whole document. */
function brokenRules(schema: Json, document: Json): SchemaIssue[] {
  const rules = isObject(schema) && isArray(schema['x-rules']) ? schema['x-rules'] : [];
  return rules.flatMap((rule, i) => {
    if (!isObject(rule) || rule.assert === undefined) {
      return [{ path: `/x-rules/${i}`, message: 'needs "assert"', keyword: 'schema' }];
    }
    return isBroken(rule, document)
      ? [{ path: textOf(rule.path, ''), message: textOf(rule.message, `breaks rule ${i + 1}`), keyword: 'x-rules' }]
      : [];
  });
}

const textOf = (value: Json | undefined, fallback: string): string => (typeof value === 'string' ? value : fallback);

function isBroken(rule: JsonObject, document: Json): boolean {
  const scope = {
    data: document,
    flagKey: '',
    targetingKey: null,
    trace: () => undefined,
    budget: { left: STEPS_MAX },
  };
  try {
    const applies = rule.when === undefined || run({ '!!': [rule.when] }, scope) === true;
    return applies && run({ '!!': [rule.assert ?? null] }, scope) !== true;
  } catch (cause) {
    if (cause instanceof RuleTooLong) return true;
    throw cause;
  }
}
