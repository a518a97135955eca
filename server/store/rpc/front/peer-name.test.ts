import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { peerCommonName } from './peer-name.ts';

let parsed = 0;

function tlsSocket(authorized: boolean, subject: object | undefined): Socket {
  const getPeerCertificate = () => {
    parsed++;
    return { subject };
  };
  return Object.create(TLSSocket.prototype, {
    authorized: { value: authorized },
    getPeerCertificate: { value: getPeerCertificate },
  });
}

test('a verified certificate names its common name, the last of several', () => {
  expect(peerCommonName(tlsSocket(true, { CN: 'alice' }))).toBe('alice');
  expect(peerCommonName(tlsSocket(true, { CN: ['first', 'last'] }))).toBe('last');
});

test('nobody is named without TLS, verification, certificate or common name', () => {
  expect(peerCommonName(new Socket())).toBeUndefined();
  expect(peerCommonName(tlsSocket(false, { CN: 'mallory' }))).toBeUndefined();
  expect(peerCommonName(tlsSocket(true, undefined))).toBeUndefined();
  expect(peerCommonName(tlsSocket(true, { CN: '' }))).toBeUndefined();
});

test('a certificate is read once per connection', () => {
  const socket = tlsSocket(true, { CN: 'alice' });
  parsed = 0;
  peerCommonName(socket);
  peerCommonName(socket);
  expect(parsed).toBe(1);
});
