'use client';

import { KeyRound, MoreHorizontal, Plus, Trash2, X } from 'lucide-react';
import type { AccessAction, AccessRole, AccessUser, AccessView } from '../../lib/api/access-types.ts';
import { plural } from '../../lib/format/number.ts';
import { rangeWords } from '../../lib/keys/range-words.ts';
import { ROOT_ROLE, reachOf } from '../../lib/keys/who-can.ts';
import { wireId } from '../../lib/keys/wire-bytes.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { MenuContent, MenuItem, MenuSeparator } from '../ui/menu.tsx';
import { Menu, MenuTrigger } from '../ui/menu-trigger.tsx';
import { Panel } from '../ui/panel.tsx';
import type { FormOf } from './access-forms.tsx';
import { reachWords, TYPE_WORDS } from './reach-words.ts';

export interface AccessPanelProps {
  readonly view: AccessView;
  /** Null both: nothing may be changed here. */
  readonly onAction: ((action: AccessAction) => void) | null;
  readonly onForm: ((form: FormOf) => void) | null;
}

/** Whether the store demands users, and the switch. */
export function AuthenticationPanel({ view, onAction, onForm }: AccessPanelProps) {
  return (
    <Panel
      title="Authentication"
      bodyClassName="p-3"
      actions={
        onAction === null || onForm === null ? null : view.enabled ? (
          <Button size="small" onClick={() => onAction({ type: 'disable' })}>
            Turn off…
          </Button>
        ) : (
          <Button size="small" variant="primary" onClick={() => onForm({ kind: 'enable' })}>
            Turn on…
          </Button>
        )
      }
    >
      {view.enabled ? (
        <p>
          <StatusMark tone="good">On</StatusMark>
          <span className="ml-2">
            Every request needs a user of the store.
            {view.complete ? ` ${accountWords(view)}` : ' You see yourself and your roles; root sees everybody.'}
          </span>
        </p>
      ) : (
        <p>
          <StatusMark tone="risk">Off</StatusMark>
          <span className="ml-2">
            Whoever reaches the store may read and write every key. Users and roles can be made ready now; they count
            once it is on.
          </span>
        </p>
      )}
    </Panel>
  );
}

const accountWords = ({ account }: AccessView): string =>
  account === null
    ? 'This console has no account of its own (QUORATE_USER): audit entries go to its log only, and rollouts stand still.'
    : `This console works as ${account} for audit and rollouts.`;

export function UsersPanel({ view, onAction, onForm }: AccessPanelProps) {
  return (
    <Panel
      title="Users"
      meta={view.users.length === 0 ? null : plural(view.users.length, 'user')}
      actions={
        onForm === null ? null : (
          <Button size="small" onClick={() => onForm({ kind: 'user' })}>
            <Plus aria-hidden="true" />
            Add user
          </Button>
        )
      }
    >
      {view.users.length === 0 ? (
        <EmptyState command="etcdctl user add ada">There are no users yet.</EmptyState>
      ) : (
        <ul>
          {view.users.map((user) => (
            <UserRow key={user.name} {...{ user, view, onAction, onForm }} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function UserRow({ user, view, onAction, onForm }: AccessPanelProps & { readonly user: AccessUser }) {
  const { name, roles } = user;
  return (
    <li aria-label={`User ${name}`} className="flex items-start gap-2 border-b py-1.5 pr-1.5 pl-3 last:border-b-0">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-semibold [overflow-wrap:anywhere]">{name}</span>
          {view.you === name ? <span className="text-fg-3 text-meta">you</span> : null}
          {roles.map((role) => (
            <Chip
              key={role}
              words={role}
              act={onAction === null ? null : () => onAction({ type: 'revokeRole', user: name, role })}
              label={`Take the role ${role} from ${name}`}
            />
          ))}
        </p>
        <p className="text-fg-2 text-meta [overflow-wrap:anywhere]">{userWords(view, user)}</p>
      </div>
      {onAction === null || onForm === null ? null : (
        <Menu>
          <MenuTrigger asChild>
            <IconButton label={`What can be done to ${name}`} size="small">
              <MoreHorizontal aria-hidden="true" />
            </IconButton>
          </MenuTrigger>
          <MenuContent align="end">
            <MenuItem
              icon={<Plus aria-hidden="true" />}
              onSelect={() => onForm({ kind: 'membership', user, roles: view.roles })}
            >
              Give a role…
            </MenuItem>
            <MenuItem icon={<KeyRound aria-hidden="true" />} onSelect={() => onForm({ kind: 'password', user: name })}>
              New password…
            </MenuItem>
            <MenuSeparator />
            <MenuItem
              danger
              icon={<Trash2 aria-hidden="true" />}
              onSelect={() => onAction({ type: 'deleteUser', user: name })}
            >
              Delete…
            </MenuItem>
          </MenuContent>
        </Menu>
      )}
    </li>
  );
}

function userWords(view: AccessView, user: AccessUser): string {
  const words = reachWords(reachOf(view, user));
  if (words === 'nothing') return 'may read and write nothing';
  return view.enabled ? words : `${words}, once authentication is on`;
}

export function RolesPanel({ view, onAction, onForm }: AccessPanelProps) {
  return (
    <Panel
      title="Roles"
      meta={view.roles.length === 0 ? null : plural(view.roles.length, 'role')}
      actions={
        onForm === null ? null : (
          <Button size="small" onClick={() => onForm({ kind: 'role' })}>
            <Plus aria-hidden="true" />
            Add role
          </Button>
        )
      }
    >
      {view.roles.length === 0 ? (
        <EmptyState command="etcdctl role add app">There are no roles yet. A role permits, users get roles.</EmptyState>
      ) : (
        <ul>
          {view.roles.map((role) => (
            <RoleRow key={role.name} {...{ role, view, onAction, onForm }} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function RoleRow({ role, view, onAction, onForm }: AccessPanelProps & { readonly role: AccessRole }) {
  const { name, permissions } = role;
  const holders = view.users.filter(({ roles }) => roles.includes(name)).length;
  return (
    <li aria-label={`Role ${name}`} className="border-b py-1.5 pr-1.5 pl-3 last:border-b-0">
      <div className="flex items-center gap-2">
        <span className="min-w-0 font-semibold [overflow-wrap:anywhere]">{name}</span>
        <span className="min-w-0 flex-1 truncate text-fg-3 text-meta">
          {view.complete ? (holders === 0 ? 'nobody has it' : plural(holders, 'user')) : null}
        </span>
        {onForm === null || name === ROOT_ROLE ? null : (
          <Button size="small" variant="ghost" onClick={() => onForm({ kind: 'permission', role: name })}>
            <Plus aria-hidden="true" />
            Add permission
          </Button>
        )}
        {onAction === null ? null : (
          <IconButton
            label={`Delete the role ${name}`}
            size="small"
            onClick={() => onAction({ type: 'deleteRole', role: name })}
          >
            <Trash2 aria-hidden="true" />
          </IconButton>
        )}
      </div>
      {name === ROOT_ROLE ? (
        <p className="text-fg-2 text-meta">May do everything.</p>
      ) : permissions.length === 0 ? (
        <p className="text-fg-2 text-meta">Permits nothing yet.</p>
      ) : (
        <ul className="flex flex-wrap gap-1 pt-0.5 pr-1.5 pb-0.5">
          {permissions.map(({ type, key, end }) => {
            const words = `${TYPE_WORDS[type]} ${rangeWords({ key, end })}`;
            return (
              <li key={`${wireId(key)} ${wireId(end)}`}>
                <Chip
                  mono
                  words={words}
                  act={onAction === null ? null : () => onAction({ type: 'revokePermission', role: name, key, end })}
                  label={`Take ${words} from the role ${name}`}
                />
              </li>
            );
          })}
        </ul>
      )}
    </li>
  );
}

interface ChipProps {
  readonly words: string;
  readonly mono?: boolean;
  /** Null: it stays. */
  readonly act: (() => void) | null;
  readonly label: string;
}

function Chip({ words, mono = false, act, label }: ChipProps) {
  return (
    <span className="inline-flex min-h-5 items-center gap-1 rounded-control border border-line-strong bg-inset px-1.5 text-meta">
      <span className={mono ? 'mono [overflow-wrap:anywhere]' : '[overflow-wrap:anywhere]'}>{words}</span>
      {act === null ? null : (
        <button
          type="button"
          aria-label={label}
          title={label}
          onClick={act}
          className="rounded-control p-1 text-fg-3 hover:text-fg"
        >
          <X aria-hidden="true" className="size-3" />
        </button>
      )}
    </span>
  );
}
