/** Whether there is a provider for the objects, told before anything is registered. */
import { Provider } from '@pulumi/kubernetes';
import { type ComponentResourceOptions, Config, Resource, RunError } from '@pulumi/pulumi';

/** Any type of the package: providers are found by package. */
const ANY_TYPE = 'kubernetes:core/v1:Service';

/**
 * Checks what the options say of providers.
 *
 * @throws RunError when a provider is for something else, or when there is none and the stack forbids the default one
 */
export function checkProvider(name: string, options: ComponentResourceOptions): void {
  const fail = (what: string): never => {
    throw new RunError(`AgentGateway "${name}": ${what}`);
  };
  if (typeof options !== 'object' || options === null) fail('the options are not an object');
  const { provider, providers, parent } = options;
  if (provider === null || (provider !== undefined && !Provider.isInstance(provider))) {
    fail('the option provider is not a Provider of @pulumi/kubernetes; pass new kubernetes.Provider(…)');
  }
  const among = Object.values(providers ?? {}).some((one) => Provider.isInstance(one));
  const inherited = Resource.isInstance(parent) ? parent.getProvider(ANY_TYPE) : undefined;
  if (provider === undefined && !among && inherited === undefined && defaultIsForbidden()) {
    fail(
      'there is no provider, and the stack does not allow the default one (pulumi:disable-default-providers); ' +
        'pass one of @pulumi/kubernetes in the option provider',
    );
  }
}

/** `pulumi:disable-default-providers` is a list of packages, or `*` (Pulumi docs, "Default providers"). */
function defaultIsForbidden(): boolean {
  const forbidden: unknown = new Config('pulumi').getObject('disable-default-providers');
  return Array.isArray(forbidden) && ['*', 'kubernetes'].some((name) => forbidden.includes(name));
}
