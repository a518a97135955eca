/** package grpc.health.v1. */
import { enumeration, message, string } from '../protobuf/schema.ts';

export const ServingStatus = { UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 } as const;

export const HealthCheckRequest = message('grpc.health.v1.HealthCheckRequest', { service: string(1) });
export const HealthCheckResponse = message('grpc.health.v1.HealthCheckResponse', {
  status: enumeration(1, ServingStatus),
});
