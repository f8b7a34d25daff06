// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";

export function sha256(data) {
  return createHash("sha256").update(data).digest("hex");
}

/** A name that SPDX allows as an identifier. */
function identifier(...words) {
  return `SPDXRef-${words.join("-").replace(/[^A-Za-z0-9.-]+/g, "-")}`;
}

/**
 * The bill of materials of the executables, as SPDX 2.3 in JSON: https://spdx.github.io/spdx-spec/v2.3/
 * It depends on nothing but its arguments.
 */
export function billOfMaterials({ version, arch, epoch, files }) {
  const programs = files.map(({ program, sha256: sum }) => ({
    SPDXID: identifier(program),
    name: program,
    versionInfo: version,
    primaryPackagePurpose: "APPLICATION",
    packageFileName: `usr/local/bin/${program}`,
    downloadLocation: "NOASSERTION",
    filesAnalyzed: false,
    checksums: [{ algorithm: "SHA256", checksumValue: sum }],
    licenseConcluded: "NOASSERTION",
    licenseDeclared: program === "spacetail" ? "Apache-2.0" : "BSD-3-Clause",
    copyrightText: "NOASSERTION",
  }));
  const parts = new Map();
  const relationships = programs.map(({ SPDXID }) => relationship("SPDXRef-DOCUMENT", "DESCRIBES", SPDXID));
  for (const { program, parts: list } of files) {
    for (const { name, version: v, url, license } of list) {
      const SPDXID = identifier("part", name, v);
      parts.set(SPDXID, {
        SPDXID,
        name,
        versionInfo: v,
        downloadLocation: "NOASSERTION",
        filesAnalyzed: false,
        licenseConcluded: license,
        licenseDeclared: license,
        copyrightText: "NOASSERTION",
        externalRefs: [{ referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: url }],
      });
      relationships.push(relationship(identifier(program), "CONTAINS", SPDXID));
    }
  }
  const sum = sha256(files.map((file) => file.sha256).join());
  const bill = {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: `spacetail-${version}-linux-${arch}`,
    documentNamespace: `https://spdx.org/spdxdocs/spacetail-${version}-linux-${arch}-${sum}`,
    creationInfo: {
      created: new Date(epoch * 1000).toISOString().replace(/\.\d+Z$/, "Z"),
      creators: ["Tool: spacetail-build/image"],
    },
    packages: [...programs, ...parts.values()],
    relationships,
  };
  return `${JSON.stringify(bill)}\n`;
}

function relationship(spdxElementId, relationshipType, relatedSpdxElement) {
  return { spdxElementId, relationshipType, relatedSpdxElement };
}
