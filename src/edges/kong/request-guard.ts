/**
 * Takes away what clients may not claim (contract I3, H1, H4), as `pre-function`: it runs before every other plugin, and
 * is the only one of Kong's that can go through header names. It needs `untrusted_lua` as Kong has it by default,
 * `sandbox`.
 */
import { IDENTITY_HEADERS } from '../../model/headers';
import type { KongPlugin } from './kong-config';

/** Header lines that Kong's functions show at most (PDK 3.9, `kong.request.get_headers`): more could hide some. */
const HEADER_LINES_MOST = 1_000;

/** What Kong itself tells backends of a consumer, and what it lets clients send. */
const KONG_IDENTITY = ['x-consumer-', 'x-credential-', 'x-authenticated-', 'x-anonymous-consumer'];

/** What Kong sets or reads under this name, and some servers under another spelling of it. */
const ONE_SPELLING = [
  ...['for', 'proto', 'host', 'port', 'path', 'prefix'].map((part) => `x-forwarded-${part}`),
  ...['x-real-ip', 'x-request-id', 'x-api-key'],
];

/** Headers about the client's connection that Kong 3.9 passes on. */
const OF_THE_CONNECTION = ['keep-alive', 'proxy-authorization', 'proxy-connection'];

/** What `Connection` may not take away: without it a request would end elsewhere, or nowhere. */
const KEPT = ['connection', 'content-length', 'expect', 'host', 'transfer-encoding', 'upgrade'];

/**
 * The same for every gateway. In `rewrite` it is run where the plugin is everybody's, as in a file of the gateway's own:
 * Kong's own answers have no other phase before them, and carry the request's id too.
 */
export function renderRequestGuardPlugin(): KongPlugin {
  return {
    purpose: 'request-guard',
    name: 'pre-function',
    config: { rewrite: [REQUEST_ID_GUARD], access: [REQUEST_ID_GUARD, REQUEST_GUARD] },
  };
}

/**
 * An id must be what `saneRequestId` of the model says. Kong reads `X_Request_Id` where there is no `X-Request-Id`
 * (3.9, `kong.request.get_header`).
 */
const REQUEST_ID_GUARD = `for name, value in pairs(kong.request.get_headers(${HEADER_LINES_MOST})) do
  local sane = name == "x-request-id" and type(value) == "string" and #value >= 8 and #value <= 128
    and string.find(value, "^[A-Za-z0-9][A-Za-z0-9._~:-]*$")
  if not sane and string.gsub(name, "[^a-z0-9]", "-") == "x-request-id" then
    kong.service.request.clear_header(name)
  end
end
`;

/**
 * Names are compared with every separator as a dash, because servers of the CGI family take `X_User_Id` for `X-User-Id`.
 * To `X-Forwarded-For` Kong only adds, whoever wrote it; so it is begun anew where nobody vouches for it.
 */
const REQUEST_GUARD = `local identity = { ${luaSet(Object.values(IDENTITY_HEADERS))} }
local prefixes = { ${KONG_IDENTITY.map((prefix) => `"${prefix}"`).join(', ')} }
local one_spelling = { ${luaSet(ONE_SPELLING)} }
local dropped = { ${luaSet([...OF_THE_CONNECTION, 'forwarded'])} }
local kept = { ${luaSet(KEPT)} }
local headers = kong.request.get_headers(${HEADER_LINES_MOST})
local connection = headers["connection"] or ""
local named = type(connection) == "table" and table.concat(connection, ",") or connection
for name in string.gmatch(string.lower(named), "[^%s,]+") do
  dropped[name] = not kept[name]
end
local lines = 0
for name, value in pairs(headers) do
  lines = lines + (type(value) == "table" and #value or 1)
  local plain = string.gsub(name, "[^a-z0-9]", "-")
  local forged = dropped[name] or identity[plain] or plain == "forwarded"
    or (one_spelling[plain] and name ~= plain)
    or (string.sub(plain, 1, 12) == "x-forwarded-" and not one_spelling[plain])
  for _, prefix in ipairs(prefixes) do
    forged = forged or string.sub(plain, 1, #prefix) == prefix
  end
  if forged then
    kong.service.request.clear_header(name)
  end
end
if lines >= ${HEADER_LINES_MOST} then
  return kong.response.exit(431, { message = "Too many header fields." })
end
if not kong.ip.is_trusted(ngx.var.realip_remote_addr) then
  ngx.var.upstream_x_forwarded_for = ngx.var.remote_addr
end
`;

function luaSet(names: readonly string[]): string {
  return names.map((name) => `["${name}"] = true`).join(', ');
}
