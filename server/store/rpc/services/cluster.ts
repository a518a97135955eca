/** etcdserverpb.Cluster: who belongs to this store. Headers of this service carry revision 0, as etcd's do. */
import {
  MemberAddRequest,
  MemberAddResponse,
  MemberIdRequest,
  MemberListRequest,
  MembersResponse,
  MemberUpdateRequest,
} from '../../../../lib/base/etcdpb/cluster.ts';
import { EtcdError } from '../../../../lib/base/etcdpb/errors.ts';
import { GrpcCode } from '../../../../lib/base/grpc-status.ts';
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
    unary(path('MemberAdd'), { request: MemberAddRequest, response: MemberAddResponse }, refuseChange),
    unary(path('MemberRemove'), { request: MemberIdRequest, response: MembersResponse }, refuseChange),
    unary(path('MemberUpdate'), { request: MemberUpdateRequest, response: MembersResponse }, refuseChange),
    unary(path('MemberPromote'), { request: MemberIdRequest, response: MembersResponse }, refuseChange),
  ];
}

function refuseChange(): never {
  throw new EtcdError(
    GrpcCode.UNIMPLEMENTED,
    'quorate: this version cannot change the members of a running store; choose them when the store is created',
  );
}
