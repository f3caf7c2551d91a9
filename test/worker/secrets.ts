/** The bindings that the tests inside workerd run with. */
export const SECRETS = {
  CALLBACK_TOKEN: "test-callback-token-0123456789abcdef",
  CALLBACK_HMAC_KEY: "test-webhook-hmac-key",
  API_TOKEN: "test-api-token-0123456789abcdef0123456789",
};
