'use client';

import { type ReactNode, useState } from 'react';
import type { AccessPermission, AccessRole, AccessUser } from '../../lib/api/access-types.ts';
import { EMPTY_BYTES, utf8Encode } from '../../lib/base/bytes.ts';
import { prefixRange } from '../../lib/keys/range-words.ts';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogClose, DialogContent, DialogForm } from '../ui/dialog.tsx';
import { Field, Input } from '../ui/input.tsx';
import { Select } from '../ui/select.tsx';
import type { Asked } from './access-dialog.tsx';
import { usePassword } from './use-password.tsx';

/** What an action needs to be told before it can be planned. */
export type FormOf =
  | { readonly kind: 'user' }
  | { readonly kind: 'role' }
  | { readonly kind: 'password'; readonly user: string }
  | { readonly kind: 'membership'; readonly user: AccessUser; readonly roles: readonly AccessRole[] }
  | { readonly kind: 'permission'; readonly role: string }
  | { readonly kind: 'enable' };

export interface AccessFormsProps {
  /** Null: closed. */
  readonly form: FormOf | null;
  readonly onClose: () => void;
  readonly onNext: (asked: Asked) => void;
}

export function AccessForms({ form, onClose, onNext }: AccessFormsProps) {
  return (
    <Dialog open={form !== null} onClose={onClose}>
      {form === null ? null : <FormBody form={form} onNext={onNext} />}
    </Dialog>
  );
}

type Next = AccessFormsProps['onNext'];

function FormBody({ form, onNext }: { readonly form: FormOf; readonly onNext: Next }) {
  switch (form.kind) {
    case 'user':
      return <UserForm onNext={onNext} />;
    case 'role':
      return <RoleForm onNext={onNext} />;
    case 'password':
      return (
        <PasswordForm
          title={`A new password for ${form.user}`}
          user={form.user}
          onNext={(password) => onNext({ action: { type: 'setPassword', user: form.user }, password })}
        />
      );
    case 'enable':
      return (
        <PasswordForm
          title="Turn authentication on"
          description="Root is the user who may do everything. Choose its password and keep it where you find it again: without it nobody gets back in."
          user="root"
          onNext={(password) => onNext({ action: { type: 'enable' }, password })}
        />
      );
    case 'membership':
      return <MembershipForm user={form.user} roles={form.roles} onNext={onNext} />;
    case 'permission':
      return <PermissionForm role={form.role} onNext={onNext} />;
  }
}

interface FrameProps {
  readonly title: string;
  readonly description?: string;
  /** Null: something is missing or wrong yet. */
  readonly next: (() => void) | null;
  readonly children: ReactNode;
}

function Frame({
  title,
  description = 'What it would do is shown before anything happens.',
  next,
  children,
}: FrameProps) {
  return (
    <DialogContent
      size="small"
      title={title}
      description={description}
      footer={
        <>
          <DialogClose>
            <Button>Leave it</Button>
          </DialogClose>
          <Button variant="primary" disabled={next === null} onClick={() => next?.()}>
            Show what it does
          </Button>
        </>
      }
    >
      <DialogForm onSubmit={() => next?.()}>
        {children}
        {/* Enter submits a form of several fields only where it has a button. */}
        <button type="submit" hidden />
      </DialogForm>
    </DialogContent>
  );
}

const KINDS = [
  { value: 'password', label: 'Signs in with a password' },
  { value: 'certificate', label: 'Has no password: client certificates only' },
] as const;

function UserForm({ onNext }: { readonly onNext: Next }) {
  const [user, setUser] = useState('');
  const [kind, setKind] = useState<'password' | 'certificate'>('password');
  const password = usePassword(user);
  const withPassword = kind === 'password';
  const isReady = user !== '' && (!withPassword || password.isGood);
  const next = (): void =>
    onNext({ action: { type: 'addUser', user, withPassword }, password: withPassword ? password.value : null });
  return (
    <Frame title="Add a user" next={isReady ? next : null}>
      <NameField label="User" value={user} onChange={setUser} />
      <Select label="How the user signs in" value={kind} options={KINDS} onValueChange={setKind} />
      {withPassword ? password.fields : null}
    </Frame>
  );
}

function RoleForm({ onNext }: { readonly onNext: Next }) {
  const [role, setRole] = useState('');
  const next = role === '' ? null : () => onNext({ action: { type: 'addRole', role }, password: null });
  return (
    <Frame title="Add a role" next={next}>
      <NameField label="Role" value={role} onChange={setRole} />
    </Frame>
  );
}

interface PasswordFormProps {
  readonly title: string;
  readonly description?: string;
  readonly user: string;
  readonly onNext: (password: string) => void;
}

function PasswordForm({ title, description, user, onNext }: PasswordFormProps) {
  const password = usePassword(user, true);
  return (
    <Frame
      title={title}
      {...(description === undefined ? {} : { description })}
      next={password.isGood ? () => onNext(password.value) : null}
    >
      {password.fields}
    </Frame>
  );
}

function MembershipForm({
  user,
  roles,
  onNext,
}: {
  readonly user: AccessUser;
  readonly roles: readonly AccessRole[];
  readonly onNext: Next;
}) {
  const names = [...new Set([...roles.map(({ name }) => name), 'root'])].filter((name) => !user.roles.includes(name));
  const [role, setRole] = useState(names[0] ?? '');
  const next =
    role === '' ? null : () => onNext({ action: { type: 'grantRole', user: user.name, role }, password: null });
  return (
    <Frame title={`A role for ${user.name}`} next={next}>
      {names.length === 0 ? (
        <p>{user.name} has every role there is.</p>
      ) : (
        <Select
          label="Role"
          value={role}
          options={names.map((name) => ({ value: name, label: name === 'root' ? 'root: may do everything' : name }))}
          onValueChange={setRole}
        />
      )}
    </Frame>
  );
}

const TYPES = [
  { value: 'readwrite', label: 'Read and write' },
  { value: 'read', label: 'Read' },
  { value: 'write', label: 'Write' },
] as const;
const EXTENTS = [
  { value: 'prefix', label: 'every key that starts with' },
  { value: 'key', label: 'this one key' },
  { value: 'all', label: 'every key of the store' },
] as const;

function PermissionForm({ role, onNext }: { readonly role: string; readonly onNext: Next }) {
  const [type, setType] = useState<AccessPermission['type']>('readwrite');
  const [extent, setExtent] = useState<(typeof EXTENTS)[number]['value']>('prefix');
  const [key, setKey] = useState('');
  const range =
    extent === 'all'
      ? prefixRange(EMPTY_BYTES)
      : key === ''
        ? null
        : extent === 'prefix'
          ? prefixRange(utf8Encode(key))
          : { key, end: '' };
  const next =
    range === null
      ? null
      : () => onNext({ action: { type: 'grantPermission', role, permission: { type, ...range } }, password: null });
  return (
    <Frame title={`A permission for the role ${role}`} next={next}>
      <Select label="What is permitted" value={type} options={TYPES} onValueChange={setType} />
      <Select label="Which keys" value={extent} options={EXTENTS} onValueChange={setExtent} />
      {extent === 'all' ? null : (
        <Field
          label={extent === 'prefix' ? 'Prefix' : 'Key'}
          hint={extent === 'prefix' ? 'With its delimiter at the end: /app/ leaves /application alone.' : undefined}
        >
          {(ids) => (
            <Input
              {...ids}
              mono
              autoFocus
              placeholder={extent === 'prefix' ? '/app/' : '/app/port'}
              value={key}
              onChange={(event) => setKey(event.target.value)}
            />
          )}
        </Field>
      )}
    </Frame>
  );
}

interface NameFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (name: string) => void;
}

const NameField = ({ label, value, onChange }: NameFieldProps) => (
  <Field label={label}>
    {(ids) => (
      <Input
        {...ids}
        mono
        autoFocus
        autoComplete="off"
        maxLength={200}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    )}
  </Field>
);
