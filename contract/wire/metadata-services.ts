// SPDX-License-Identifier: Apache-2.0
import { ipBytes, isInNetwork, type Network, networksOf } from "./networks.js";

/**
 * Where a cloud tells its machines about themselves. Requests go straight there: a proxy would ask about its own
 * machine, or be refused because of the headers that it adds.
 */
export interface MetadataService {
  readonly cloud: string;
  /** Names that lead to it. Short ones such as `metadata` are left out, because nodes may be called that. */
  readonly names: readonly string[];
  /** Addresses, or networks of them. */
  readonly addresses: readonly string[];
  /**
   * Addresses among which Tailscale hands out those of nodes: a node of that address comes first. Those that Tailscale
   * reserves are not among them: https://tailscale.com/kb/1304/ip-pool.
   */
  readonly contested: readonly string[];
  /** Where its documentation is. */
  readonly source: string;
}

/** All of them. Link-local addresses are a row of their own, because no other machine can forward to them. */
export const METADATA_SERVICES: readonly MetadataService[] = [
  {
    cloud: "all (link-local)",
    names: [],
    addresses: ["169.254.0.0/16", "fe80::/10"],
    contested: [],
    source: "https://www.rfc-editor.org/rfc/rfc3927#section-7, https://www.rfc-editor.org/rfc/rfc4291#section-2.5.6",
  },
  {
    cloud: "AWS (EC2, ECS, EKS)",
    names: ["instance-data.ec2.internal"],
    addresses: ["169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::/32"],
    contested: [],
    source:
      "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html, " +
      "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html, " +
      "https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html",
  },
  {
    cloud: "Google Cloud",
    names: ["metadata.google.internal", "metadata.goog"],
    addresses: ["169.254.169.254", "fd20:ce::254"],
    contested: [],
    source: "https://cloud.google.com/compute/docs/metadata/querying-metadata",
  },
  {
    cloud: "Azure",
    names: [],
    addresses: ["169.254.169.254", "168.63.129.16"],
    contested: [],
    source:
      "https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service, " +
      "https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16",
  },
  {
    cloud: "Alibaba Cloud",
    names: [],
    addresses: ["100.100.100.200", "fd00:100::100:200"],
    contested: [],
    source: "https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata",
  },
  {
    cloud: "Oracle Cloud",
    names: [],
    addresses: ["169.254.169.254", "192.0.0.192", "fd00:c1::a9fe:a9fe"],
    contested: [],
    source: "https://docs.oracle.com/iaas/Content/Compute/Tasks/gettingmetadata.htm",
  },
  {
    cloud: "Tencent Cloud",
    names: ["metadata.tencentyun.com"],
    addresses: ["169.254.0.23"],
    contested: [],
    source: "https://www.tencentcloud.com/document/product/213/4934",
  },
  {
    cloud: "IBM Cloud",
    names: ["api.metadata.cloud.ibm.com"],
    addresses: ["169.254.169.254"],
    contested: [],
    source: "https://cloud.ibm.com/docs/vpc?topic=vpc-imd-about",
  },
  {
    cloud: "Scaleway",
    names: [],
    addresses: ["169.254.42.42", "fd00:42::42"],
    contested: [],
    source: "https://docs.cloud-init.io/en/latest/reference/datasources/scaleway.html",
  },
  {
    cloud: "Akamai (Linode)",
    names: [],
    addresses: ["169.254.169.254", "fd00:a9fe:a9fe::1"],
    contested: [],
    source: "https://docs.cloud-init.io/en/latest/reference/datasources/akamai.html",
  },
  {
    cloud: "Volcengine",
    names: [],
    addresses: [],
    contested: ["100.96.0.96"],
    source: "https://github.com/volcengine/volcengine-go-sdk",
  },
  {
    cloud: "UCloud",
    names: [],
    addresses: [],
    contested: ["100.80.80.80"],
    source: "https://docs.ucloud.cn/uhost/guide/metadata/metadata-server",
  },
  {
    cloud: "OpenStack, DigitalOcean, Hetzner, Exoscale, Huawei Cloud, OVHcloud, UpCloud, Vultr, Yandex Cloud",
    names: ["metadata.exoscale.com"],
    addresses: ["169.254.169.254", "fe80::a9fe:a9fe"],
    contested: [],
    source:
      "https://docs.openstack.org/nova/latest/user/metadata.html, https://docs.cloud-init.io/en/latest/reference/datasources.html",
  },
];

const ADDRESSES = METADATA_SERVICES.flatMap((service) => service.addresses);
const NAMES: readonly string[] = METADATA_SERVICES.flatMap((service) => service.names);

/** Where metadata services are. */
interface Places {
  readonly networks: readonly Network[];
  readonly contested: readonly Network[];
}

// Most processes never ask, so the addresses are read when one does.
let known: Places | null = null;

function places(): Places {
  if (known !== null) return known;
  const contested = networksOf(METADATA_SERVICES.flatMap((service) => service.contested));
  known = { networks: networksOf(ADDRESSES), contested };
  return known;
}

/**
 * True for a host that is a metadata service, by name or by address.
 *
 * @param host a name in any case, with or without the final dot, or an IP address
 * @param isNode whether a node of the tailnet has that address
 */
export function isMetadataService(host: string, isNode: boolean): boolean {
  const bytes = ipBytes(host);
  if (bytes === null) {
    const name = host.toLowerCase();
    return NAMES.includes(name.endsWith(".") ? name.slice(0, -1) : name);
  }
  const { networks, contested } = places();
  if (networks.some((network) => isInNetwork(bytes, network))) return true;
  return !isNode && contested.some((network) => isInNetwork(bytes, network));
}

/**
 * What of the table is for NO_PROXY: single addresses of IPv4 and names, which every program reads. The rest reaches
 * our proxies, which do not forward it either.
 */
export function metadataForNoProxy(): string[] {
  const entries: string[] = [];
  for (const entry of ADDRESSES.concat(NAMES)) {
    const isPlain = !entry.includes(":") && !entry.includes("/");
    if (isPlain && !entries.includes(entry)) entries.push(entry);
  }
  return entries;
}
