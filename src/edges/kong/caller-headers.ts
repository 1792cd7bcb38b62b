/**
 * What a backend learns of the caller (contract I4), as `post-function`: it runs last, when the consumer is known, and in
 * place of what Kong says of a consumer itself.
 */
import type { KongDirectModel } from '../../model/deployment-model';
import { IDENTITY_HEADERS } from '../../model/headers';
import type { KongPlugin } from './kong-config';

/** What Kong's own plugins tell backends (Kong 3.9). */
const KONG_SAYS = [
  'x-consumer-id',
  'x-consumer-custom-id',
  'x-consumer-username',
  'x-credential-identifier',
  'x-anonymous-consumer',
];

/**
 * @param version absent for a gateway without versions
 * @param usernameOf Kong's name of a tenant's consumer
 */
export function renderCallerHeadersPlugin(
  { consumers }: KongDirectModel,
  version: string | undefined,
  usernameOf: (tenant: string) => string,
): KongPlugin {
  const callers = consumers.map(
    ({ tenant, plan }) =>
      `  [${luaText(usernameOf(tenant))}] = { tenant = ${luaText(tenant)}, plan = ${luaText(plan)} },`,
  );
  const { subject, tenant, plan, version: versionHeader } = IDENTITY_HEADERS;
  const lines = [
    ...['local callers = {', ...callers, '}'],
    'local consumer = kong.client.get_consumer()',
    'local caller = consumer and callers[consumer.username]',
    'if not caller then',
    '  return kong.response.exit(401, { message = "Unauthorized" })',
    'end',
    `for _, name in ipairs({ ${KONG_SAYS.map(luaText).join(', ')} }) do`,
    '  kong.service.request.clear_header(name)',
    'end',
    `kong.service.request.set_header("${subject}", caller.tenant)`,
    `kong.service.request.set_header("${tenant}", caller.tenant)`,
    `kong.service.request.set_header("${plan}", caller.plan)`,
    ...(version === undefined
      ? []
      : [`kong.service.request.set_header("${versionHeader}", ${luaText(version)})`]),
  ];
  return {
    purpose: 'caller-headers',
    name: 'post-function',
    config: { access: [`${lines.join('\n')}\n`] },
  };
}

/** Visible ASCII is written alike in JSON and in Lua. */
function luaText(text: string): string {
  return JSON.stringify(text);
}
