/**
 * What a Kubernetes API server stores: "k8s\0", then runtime.Unknown (apimachinery pkg/runtime/generated.proto) with type and object. Names are
 * known of the envelope and of the metadata, which is the first field of every object; the rest is told by field numbers, because
 * its schema is not in the value.
 */
import { utf8Decode } from '../../base/bytes.ts';
import { type FieldNames, fieldsOf, type Lines, writeMessage } from './protobuf-text.ts';

const MARK_BYTES = 4;

/** meta/v1 ObjectMeta, with the fields that API servers fill in. */
const METADATA: FieldNames = {
  1: { name: 'name' },
  2: { name: 'generateName' },
  3: { name: 'namespace' },
  4: { name: 'selfLink' },
  5: { name: 'uid' },
  6: { name: 'resourceVersion' },
  7: { name: 'generation' },
  8: { name: 'creationTimestamp', as: 'time' },
  9: { name: 'deletionTimestamp', as: 'time' },
  10: { name: 'deletionGracePeriodSeconds' },
  11: { name: 'label', as: 'map' },
  12: { name: 'annotation', as: 'map' },
  13: {
    name: 'ownerReference',
    fields: {
      1: { name: 'kind' },
      3: { name: 'name' },
      4: { name: 'uid' },
      5: { name: 'apiVersion' },
      6: { name: 'controller' },
      7: { name: 'blockOwnerDeletion' },
    },
  },
  14: { name: 'finalizer' },
  17: {
    name: 'managedFields',
    fields: {
      1: { name: 'manager' },
      2: { name: 'operation' },
      3: { name: 'apiVersion' },
      4: { name: 'time', as: 'time' },
      6: { name: 'fieldsType' },
      7: { name: 'fieldsV1', fields: { 1: { name: 'raw' } } },
      8: { name: 'subresource' },
    },
  },
};

/** @throws WireError when it is not what its mark says */
export function writeKubernetes(bytes: Uint8Array, lines: Lines): void {
  let type = new Uint8Array();
  let object = new Uint8Array();
  for (const [field, value] of fieldsOf(bytes.subarray(MARK_BYTES))) {
    if (field === 1) type = new Uint8Array(value);
    else if (field === 2) object = new Uint8Array(value);
    else if (value.length > 0)
      lines.add(0, `${field === 3 ? 'contentEncoding' : 'contentType'}: ${utf8Decode(value) ?? ''}`);
  }
  writeMessage(type, lines, { names: { 1: { name: 'apiVersion' }, 2: { name: 'kind' } } });
  writeMessage(object, lines, { names: { 1: { name: 'metadata', fields: METADATA } } });
}
