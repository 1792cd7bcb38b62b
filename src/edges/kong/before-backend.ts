/**
 * What is done to a request that no router will look at, as `post-function`: it runs last, when the consumer is known.
 * Paths that a backend might read as climbing are refused (contract R4), and it is told of the caller (contract I4), in
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
 * Refuses what `matchRoute` of the model refuses as `path_invalid`. Kong has tidied the path by then, but for escapes that
 * it leaves to backends.
 */
const PATH_GUARD = `local sent = ngx.var.upstream_uri
local path = string.gsub(sent, "%%25(%x%x)", "%%%1")
path = string.gsub(string.gsub(path, "%%2[eE]", "."), "%%2[fF]", "/")
path = string.gsub(path, "%%5[cC]", "/") .. "/"
if string.find(path, "/%.%.?[/;]") or string.find(sent, "%%[01]%x") or string.find(sent, "%%7[fF]") then
  return kong.response.exit(400, { message = "The path is not plain." })
end
`;

/**
 * @param version absent for a gateway without versions
 * @param usernameOf Kong's name of a tenant's consumer
 */
export function renderBeforeBackendPlugin(
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
    purpose: 'before-backend',
    name: 'post-function',
    config: { access: [PATH_GUARD, `${lines.join('\n')}\n`] },
  };
}

/** Visible ASCII is written alike in JSON and in Lua. */
function luaText(text: string): string {
  return JSON.stringify(text);
}
