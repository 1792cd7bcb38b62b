/** What the *restricted* Pod Security Standard asks of pods (Kubernetes docs, "Pod Security Standards"). */
import { Capability, type ContainerSecurityContextProps, SeccompProfileType } from 'cdk8s-plus-28';

/** @param user numeric id of user and group, which the image has */
export function restrictedContainer(user: number): ContainerSecurityContextProps {
  return {
    ensureNonRoot: true,
    user,
    group: user,
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    privileged: false,
    capabilities: { drop: [Capability.ALL] },
    seccompProfile: { type: SeccompProfileType.RUNTIME_DEFAULT },
  };
}

/** The same for the pod; its volumes are readable for the group. */
export function restrictedPod(user: number) {
  return { ensureNonRoot: true, user, group: user, fsGroup: user };
}
