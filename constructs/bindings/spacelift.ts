// SPDX-License-Identifier: Apache-2.0
// The classes of Spacelift's provider that belong to contexts. Others come from `cdktf get`.
export * from "./generated/providers/spacelift/context/index.js";
export * from "./generated/providers/spacelift/context-attachment/index.js";
export * from "./generated/providers/spacelift/environment-variable/index.js";
export * from "./generated/providers/spacelift/mounted-file/index.js";
export * from "./generated/providers/spacelift/provider/index.js";
