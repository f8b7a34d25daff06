// SPDX-License-Identifier: Apache-2.0
import { nameServersOf, networksOfAddresses, networksOfRoutes } from "../../../image/spacetail/capture/own-networks.js";

const ROUTES = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	010011AC	0003	0	0	0	00000000	0	0	0
eth0	000011AC	00000000	0001	0	0	0	0000FFFF	0	0	0
eth1	0000000A	010011AC	0003	0	0	0	000000FF	0	0	0
eth2	80014D0A	00000000	0001	0	0	0	80FFFFFF	0	0	0
`;

const ADDRESSES = `00000000000000000000000000000001 01 80 10 80       lo
20010db8000000000000000000000002 02 40 00 00     eth0
fe80000000000000004211fffe000002 02 40 20 80     eth0
`;

describe("the networks of this machine", () => {
  test("are those of /proc/net/route that need no gateway", () => {
    expect(networksOfRoutes(ROUTES)).toEqual(["172.17.0.0/16", "10.77.1.128/25"]);
  });

  test("are those of the addresses in /proc/net/if_inet6", () => {
    expect(networksOfAddresses(ADDRESSES)).toEqual([
      "0000:0000:0000:0000:0000:0000:0000:0001/128",
      "2001:0db8:0000:0000:0000:0000:0000:0002/64",
      "fe80:0000:0000:0000:0042:11ff:fe00:0002/64",
    ]);
  });

  test.each(["", "\n", "garbage", "Iface\nx y z\n", "Iface\neth0\t00000000\t00000000\n"])("are none in %j", (text) => {
    expect(networksOfRoutes(text)).toEqual([]);
    expect(networksOfAddresses(text)).toEqual([]);
  });
});

test("name servers are found in resolv.conf, in order", () => {
  const text =
    "# one\nnameserver 10.0.0.53\n  nameserver\t2001:db8::53 \nsearch example.com\nnameserver\nnameservers 1.1.1.1\n";
  expect(nameServersOf(text)).toEqual(["10.0.0.53", "2001:db8::53"]);
});
