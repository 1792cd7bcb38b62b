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

/** `x-forwarded-*` that Kong sets itself, whatever a client sends. */
const SET_BY_KONG = ['for', 'proto', 'host', 'port', 'path', 'prefix'].map((part) => `x-forwarded-${part}`);

/** The same for every gateway. */
export function renderRequestGuardPlugin(): KongPlugin {
  return { purpose: 'request-guard', name: 'pre-function', config: { access: [REQUEST_GUARD] } };
}

/**
 * Names are compared with every separator as a dash, because servers of the CGI family take `X_User_Id` for `X-User-Id`.
 * An id of a request must be what `saneRequestId` of the model says.
 */
const REQUEST_GUARD = `local identity = { ${luaSet(Object.values(IDENTITY_HEADERS))} }
local prefixes = { ${KONG_IDENTITY.map((prefix) => `"${prefix}"`).join(', ')} }
local set_by_kong = { ${luaSet(SET_BY_KONG)} }
local headers = kong.request.get_headers(${HEADER_LINES_MOST})
local lines = 0
for name, value in pairs(headers) do
  lines = lines + (type(value) == "table" and #value or 1)
  local plain = string.gsub(string.lower(name), "[^a-z0-9]", "-")
  local forged = identity[plain] or plain == "forwarded"
  for _, prefix in ipairs(prefixes) do
    forged = forged or string.sub(plain, 1, #prefix) == prefix
  end
  if string.sub(plain, 1, 12) == "x-forwarded-" and not set_by_kong[string.lower(name)] then
    forged = true
  end
  if forged then
    kong.service.request.clear_header(name)
  end
end
if lines >= ${HEADER_LINES_MOST} then
  return kong.response.exit(431, { message = "Too many header fields." })
end
local id = headers["x-request-id"]
if id ~= nil and (type(id) ~= "string" or #id < 8 or #id > 128
    or not string.find(id, "^[A-Za-z0-9][A-Za-z0-9._~:-]*$")) then
  kong.service.request.clear_header("x-request-id")
end
`;

function luaSet(names: readonly string[]): string {
  return names.map((name) => `["${name}"] = true`).join(', ');
}
