/** etcdserverpb.Cluster: who belongs to this store. Headers of this service carry revision 0, as etcd's do. */
import { memberId } from '../../../../lib/base/brand.ts';
import {
  MemberAddRequest,
  MemberAddResponse,
  MemberIdRequest,
  MemberListRequest,
  MembersResponse,
  MemberUpdateRequest,
} from '../../../../lib/base/etcdpb/cluster.ts';
import { etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import { unary } from '../front/method.ts';
import type { Method } from '../front/types.ts';
import { headerAt, type ServiceContext } from './context.ts';

export function clusterMethods({ member }: ServiceContext): readonly Method[] {
  const path = (name: string): string => `/etcdserverpb.Cluster/${name}`;
  const list = () => ({ header: headerAt(member, 0), members: member.members() });
  return [
    unary(path('MemberList'), { request: MemberListRequest, response: MembersResponse }, (request) =>
      request.linearizable ? member.readBarrier().then(list) : list(),
    ),
    unary(path('MemberAdd'), { request: MemberAddRequest, response: MemberAddResponse }, async (request) => {
      const { isLearner } = request;
      const added = await member.addMember({ peerUrls: checkedUrls(request.peerUrls), isLearner });
      return { ...list(), member: added };
    }),
    unary(path('MemberRemove'), { request: MemberIdRequest, response: MembersResponse }, ({ id }) =>
      member.removeMember(memberId(id)).then(list),
    ),
    unary(path('MemberUpdate'), { request: MemberUpdateRequest, response: MembersResponse }, ({ id, peerUrls }) => {
      if (!member.members().some((one) => one.id === id)) throw etcdErrors.memberNotFound();
      return member.updateMember(memberId(id), checkedUrls(peerUrls)).then(list);
    }),
    unary(path('MemberPromote'), { request: MemberIdRequest, response: MembersResponse }, ({ id }) =>
      member.promoteMember(memberId(id)).then(list),
    ),
  ];
}

/** Sorted, as etcd keeps them: http or https, host and port, nothing behind. @throws EtcdError */
function checkedUrls(urls: readonly string[]): readonly string[] {
  const trimmed = urls.map((url) => url.trim());
  const isGood = (url: string) => /^https?:\/\/(\[[0-9a-fA-F:.]+\]|[^/:@?#\s]*):\d{1,5}$/.test(url);
  if (trimmed.length === 0 || !trimmed.every(isGood)) throw etcdErrors.memberBadUrls();
  return trimmed.sort();
}
