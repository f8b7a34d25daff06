// SPDX-License-Identifier: Apache-2.0
import { ipBytes, isInNetwork, networksOf, parseNetwork } from "../../contract/wire/networks.js";

describe("ipBytes", () => {
  test.each<[string, number[]]>([
    ["0.0.0.0", [0, 0, 0, 0]],
    ["192.168.1.255", [192, 168, 1, 255]],
    ["::", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ["::1", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
    ["[FD7A:115C:a1e0::53]", [0xfd, 0x7a, 0x11, 0x5c, 0xa1, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x53]],
    ["fe80::1%eth0", [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
    ["1:2:3:4:5:6:7:8", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
    ["64:ff9b::10.0.0.1", [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1]],
    ["::ffff:169.254.169.254", [169, 254, 169, 254]],
    ["::ffff:a9fe:a9fe", [169, 254, 169, 254]],
  ])("reads %s", (text, bytes) => {
    expect(ipBytes(text)).toEqual(bytes);
  });

  test.each(["", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "::1::", "1:2:3:4:5:6:7:8:9", ":::"])(
    "does not take %j for an address",
    (text) => {
      expect(ipBytes(text)).toBeNull();
    },
  );

  test.each(["1:2:3:4:5:6:7::8:9", "12345::", "g::", "1:2:3:4:5:6:7", "::1.2.3", "1.2.3.4::"])("nor %j", (text) => {
    expect(ipBytes(text)).toBeNull();
  });
});

test.each([
  ["10.0.0.0/8", "10.255.0.1", true],
  ["10.0.0.0/8", "11.0.0.1", false],
  ["100.64.0.0/10", "100.127.255.255", true],
  ["100.64.0.0/10", "100.128.0.0", false],
  ["0.0.0.0/0", "203.0.113.1", true],
  ["0.0.0.0/0", "::1", false],
  ["192.0.2.1", "192.0.2.1", true],
  ["192.0.2.1/31", "192.0.2.0", true],
  ["fd7a:115c:a1e0::/48", "fd7a:115c:a1e0:ab12::1", true],
  ["fd7a:115c:a1e0::/48", "fd7a:115c:a1e1::1", false],
])("%s and %s", (network, address, expected) => {
  const parsed = parseNetwork(network);
  const bytes = ipBytes(address);
  if (parsed === null || bytes === null) throw new Error("unreadable");
  expect(isInNetwork(bytes, parsed)).toBe(expected);
});

test.each(["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129", "host/8", ""])("%j is not a network", (text) => {
  expect(parseNetwork(text)).toBeNull();
  expect(networksOf([text, "10.0.0.0/8"])).toHaveLength(1);
});
