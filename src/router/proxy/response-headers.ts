/** The headers of a backend's answer as the client gets them (contract H2, H3, H4). */
import { HOP_BY_HOP } from '../../model/protected-headers';
import { answerHeaders } from '../answer-headers';
import type { CompiledGateway } from '../compiled-gateway';
import type { Exchange } from '../exchange';
import { memoByName } from '../http/name-memo';
import { changeHeaders } from './header-changes';
import { namedByConnection } from './hop-by-hop';
import { isHostsOwn } from './stranger';

/** `life`: says when a version ends; passes unless the gateway says it. */
type Use = 'pass' | 'drop' | 'life';

/** What an answer's head says of its headers. */
export interface HeadersOfAnswer {
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  readonly connection?: string | undefined;
}

/** Makes the headers of one gateway's answers; names and values in turn. */
export function responseHeadersOf(
  gateway: CompiledGateway,
): (exchange: Exchange, answer: HeadersOfAnswer) => string[] {
  const useOf = memoByName((name): Use => {
    if (HOP_BY_HOP.has(name) || gateway.ownedAnswerHeaders.has(name)) return 'drop';
    return name === 'deprecation' || name === 'sunset' ? 'life' : 'pass';
  });
  return (exchange, answer) => {
    const headers = answerHeaders(gateway, exchange);
    const own = headers.length;
    const raw = answer.rawHeaders;
    const named = namedByConnection(answer.connection);
    const stranger = exchange.backend?.backend.stranger;
    for (let at = 0; at < raw.length; at += 2) {
      const name = raw[at] as string;
      const use = useOf(name);
      if (use === 'drop' || named?.has(name.toLowerCase())) continue;
      if (stranger && isHostsOwn(name)) continue;
      if (use === 'life' && headers.lastIndexOf(name.toLowerCase(), own - 1) !== -1) continue;
      headers.push(name, raw[at + 1] as string);
    }
    const changes = exchange.route?.service.responseHeaders;
    if (changes !== undefined) changeHeaders(headers, own, changes);
    return headers;
  };
}
