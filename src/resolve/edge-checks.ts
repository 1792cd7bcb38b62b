/** What must hold between an edge and the rest: one edge, TLS that it can end, a flood guard that lets plans through. */
import { checkOneOf, type LooseProps } from './check-helpers';
import { checkFloodGuard } from './flood-guard';
import { type Place, Saying } from './problems';
import { replicaBounds } from './replica-bounds';
import { checkTraefik } from './traefik-checks';

/** Checks the edge against TLS, CORS and plans. */
export function checkEdge(props: LooseProps, at: Place): void {
  const { edge } = props;
  checkOneOf(edge, ['traefik', 'kong', 'none'], at.key('edge'));
  checkOneOf(props.tls, ['certResolver', 'secretName'], at.key('tls'));
  if (props.tls !== undefined && edge?.none !== undefined) {
    at.key('tls').report(
      'AGW_EDGE_CANNOT',
      new Saying('TLS with the edge "none"'),
      'an edge that ends TLS',
      'use edge: { traefik: {} }, or leave tls out where something before the router ends it',
    );
  }
  if (edge?.traefik !== undefined) checkTraefik(props, edge.traefik, at.key('edge').key('traefik'));
  if (edge?.kong !== undefined) checkKong(props, edge.kong, at);
}

type LooseKong = NonNullable<NonNullable<LooseProps['edge']>['kong']>;

function checkKong(props: LooseProps, kong: LooseKong, at: Place): void {
  const place = at.key('edge').key('kong');
  checkOneOf(kong, ['dbless', 'ingressController'], place);
  const { dbless, ingressController } = kong;
  checkFloodGuard(props, dbless?.floodGuard, place.key('dbless'));
  checkFloodGuard(props, ingressController?.floodGuard, place.key('ingressController'));
  checkOneOf(ingressController, ['ingressClass', 'gateway'], place.key('ingressController'), 0);
  replicaBounds(dbless?.replicas, place.key('dbless').key('replicas'));
  checkKongTls(props, kong, at.key('tls'));
  checkKongCors(props, at.key('cors'));
}

function checkKongCors({ cors }: LooseProps, at: Place): void {
  const fix = 'leave it out, or use another edge';
  cors?.methods?.forEach((method, i) => {
    if (method !== 'QUERY') return;
    at.key('methods').index(i).report('AGW_EDGE_CANNOT', method, 'a method that Kong knows', fix);
  });
  cors?.origins?.forEach((origin, i) => {
    // Kong 3.9 answers with the address without its brackets, which no browser takes for the origin.
    if (origin?.includes('[') !== true) return;
    at.key('origins').index(i).report('AGW_EDGE_CANNOT', origin, 'an origin without an IPv6 address', fix);
  });
}

function checkKongTls({ tls }: LooseProps, { ingressController }: LooseKong, at: Place): void {
  if (tls === undefined) return;
  if (tls.certResolver !== undefined) {
    at.key('certResolver').report(
      'AGW_EDGE_CANNOT',
      tls.certResolver,
      'a Secret with the certificate, as Kong has no resolvers',
      'use tls: { secretName }, with a Secret that cert-manager or you make',
    );
  }
  if (ingressController?.gateway !== undefined) {
    at.report(
      'AGW_EDGE_CANNOT',
      new Saying('TLS of a route on a Gateway'),
      'the certificate at the listener of that Gateway',
      'leave tls out and set it at the Gateway, or leave edge.kong.ingressController.gateway out',
    );
  } else if (ingressController !== undefined && tls.minVersion !== undefined) {
    at.key('minVersion').report(
      'AGW_EDGE_CANNOT',
      tls.minVersion,
      "nothing, as the TLS versions of a Kong that is in the cluster are that Kong's",
      'leave it out and set ssl_cipher_suite at Kong, or use edge: { kong: { dbless: {} } }',
    );
  }
}
