/** The gateway's own Redis: one pod that counts. Losing it loses counters, not requests. */
import { ApiObject, Duration, JsonPatch, Size } from 'cdk8s';
import {
  type ContainerProps,
  Cpu,
  ImagePullPolicy,
  LabelSelector,
  Probe,
  Protocol,
  type Service,
  StatefulSet,
  Volume,
} from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import type { EdgeModel, ManagedRedisModel } from '../model/deployment-model';
import { type GatewayNames, labelsOf, REDIS_PORT, selectorOf } from '../names';
import { renderRedisPolicy } from './network-policies';
import { secretValue } from './secret-value';
import { restrictedContainer, restrictedPod } from './security';
import { renderService } from './service';

/** User of the official Redis images. */
const REDIS_USER = 999;
const DATA_DIRECTORY = '/data';
const DATA_VOLUME = 'data';
/** Share of the container's memory that holds data; copies while saving and buffers live in the rest. */
const DATA_SHARE = 0.75;
const CPU_MILLICORES = 100;

/** What the Redis' objects are made from. */
export interface RedisParts {
  readonly names: GatewayNames;
  readonly model: ManagedRedisModel;
  /** Counts in it too, where it decides about services by itself. */
  readonly edge: EdgeModel;
}

/** The Redis' objects. */
export class Redis extends Construct {
  readonly statefulSet: StatefulSet;
  readonly service: Service;
  /** Lets its clients' pods in, and nobody else. */
  readonly networkPolicy: ApiObject;

  constructor(scope: Construct, id: string, { names, model, edge }: RedisParts) {
    super(scope, id);
    const metadata = { name: names.redis, labels: labelsOf(names, 'redis') };
    this.service = renderService(this, names, 'redis', { name: 'redis', port: REDIS_PORT });
    this.statefulSet = new StatefulSet(this, 'stateful-set', {
      metadata,
      podMetadata: { labels: metadata.labels },
      select: false,
      replicas: 1,
      service: this.service,
      automountServiceAccountToken: false,
      securityContext: restrictedPod(REDIS_USER),
      terminationGracePeriod: Duration.seconds(30),
      containers: [redisContainer(this, model)],
    });
    this.statefulSet.select(LabelSelector.of({ labels: selectorOf(names, 'redis') }));
    const object = ApiObject.of(this.statefulSet);
    object.addJsonPatch(JsonPatch.add('/spec/template/spec/enableServiceLinks', false));
    if (model.persistence !== undefined) object.addJsonPatch(...claim(model.persistence));
    this.networkPolicy = renderRedisPolicy(this, names, edge, model);
  }
}

function redisContainer(scope: Construct, model: ManagedRedisModel): ContainerProps {
  const password = model.passwordSecret && secretValue(scope, 'password', model.passwordSecret);
  const memory = Size.mebibytes(model.memoryMebibytes);
  const ping = ['redis-cli', '-e', 'ping'];
  return {
    name: 'redis',
    image: model.image,
    imagePullPolicy: ImagePullPolicy.IF_NOT_PRESENT,
    command: ['redis-server'],
    args: redisArguments(model),
    ports: [{ name: 'redis', number: REDIS_PORT, protocol: Protocol.TCP }],
    // The second is where redis-cli looks for the password of the probes.
    ...(password === undefined
      ? {}
      : { envVariables: { REDIS_PASSWORD: password, REDISCLI_AUTH: password } }),
    volumeMounts: [{ path: DATA_DIRECTORY, volume: Volume.fromEmptyDir(scope, 'data', DATA_VOLUME) }],
    resources: { cpu: { request: Cpu.millis(CPU_MILLICORES) }, memory: { request: memory, limit: memory } },
    securityContext: restrictedContainer(REDIS_USER),
    startup: Probe.fromCommand(ping, probeTimes(1, 60)),
    liveness: Probe.fromCommand(ping, probeTimes(10, 3)),
    readiness: Probe.fromCommand(ping, probeTimes(5, 2)),
  };
}

function redisArguments(model: ManagedRedisModel): string[] {
  const megabytes = Math.floor(model.memoryMebibytes * DATA_SHARE);
  return [
    ...['--dir', DATA_DIRECTORY],
    ...['--maxmemory', `${megabytes}mb`],
    // An evicted counter would admit more than the plan; a full Redis is an outage, for which each plan says what holds.
    ...['--maxmemory-policy', 'noeviction'],
    ...['--save', ''],
    ...['--appendonly', model.persistence === undefined ? 'no' : 'yes'],
    // The kubelet puts the value in; the manifest does not have it.
    ...(model.passwordSecret === undefined ? [] : ['--requirepass', '$(REDIS_PASSWORD)']),
  ];
}

function probeTimes(periodSeconds: number, failureThreshold: number) {
  return {
    periodSeconds: Duration.seconds(periodSeconds),
    timeoutSeconds: Duration.seconds(Math.min(periodSeconds, 5)),
    failureThreshold,
  };
}

/** A claim in place of the empty directory. */
function claim({ sizeGibibytes, storageClass }: NonNullable<ManagedRedisModel['persistence']>): JsonPatch[] {
  const spec = {
    accessModes: ['ReadWriteOnce'],
    // The generated class behind StatefulSet takes quantities in this form, and writes the value alone.
    resources: { requests: { storage: { value: `${sizeGibibytes}Gi` } } },
    ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
  };
  return [
    JsonPatch.remove('/spec/template/spec/volumes'),
    JsonPatch.add('/spec/volumeClaimTemplates', [{ metadata: { name: DATA_VOLUME }, spec }]),
    // Counters are of no use to anybody once the gateway is gone (on by default since Kubernetes 1.27).
    JsonPatch.add('/spec/persistentVolumeClaimRetentionPolicy', {
      whenDeleted: 'Delete',
      whenScaled: 'Retain',
    }),
  ];
}
