// SPDX-License-Identifier: Apache-2.0
import { type Deployment, type DeployOptions, deploy } from "../../world/deploy/index.js";
import { type SpaceliftApi, startSpacelift } from "../../world/spacelift/index.js";
import { PROVIDER_SCHEMAS } from "./provider-schemas.js";
import { RECORDED_CREDENTIALS, type RecordedTailscale, startRecordedTailscale } from "./recorded-tailscale.js";
import { REQUIRED_PROVIDERS } from "./stack-json.js";

/** What a test deploys to. */
export interface Here {
  readonly api: SpaceliftApi;
  readonly tailscale: RecordedTailscale;
  /**
   * What leads here with a stack, given without its head. @param more other options, or what is to be instead of
   * these
   */
  readonly options: (stack: object, more?: object) => DeployOptions;
  /** Deploys with these options. */
  readonly deploy: (stack: object, more?: object) => Promise<Deployment>;
}

/** An embedded Spacelift and a recorded Tailscale for every test of a file: call it at the top, use it in tests. */
export function useHere(): Here {
  let api: SpaceliftApi;
  let tailscale: RecordedTailscale;
  beforeEach(async () => {
    api = await startSpacelift();
    tailscale = await startRecordedTailscale();
  });
  afterEach(() => Promise.all([api.close(), tailscale.close()]));
  const options = (stack: object, more: object = {}) => ({
    stackJson: { ...REQUIRED_PROVIDERS, ...stack },
    schema: PROVIDER_SCHEMAS,
    spacelift: api.credentials,
    tailscale: { baseUrl: tailscale.url, ...RECORDED_CREDENTIALS },
    ...more,
  });
  return {
    get api() {
      return api;
    },
    get tailscale() {
      return tailscale;
    },
    options,
    deploy: (stack, more) => deploy(options(stack, more)),
  };
}
