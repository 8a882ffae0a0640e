/** A self-signed certificate for 127.0.0.1 and localhost, valid for a century. Its key is public: for tests only. */
export const loopbackCert = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg0nbVktO1Yz414j1a
qS3Z7CwVKDyzKeu/IoY8l7pqbmahRANCAASKil3+lCOXLEb55zRc8mFni5sQfLuo
+byWwTeGM+HuRM9I3mgRgnzcuU1bPyqfol3LZhbD6qOj4p50+gBt4uIO
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUQDCIsxdrnkbbArvs5CuKjkdaODgwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyNDEzNDYwM1oYDzIxMjYxMDMx
MTM0NjAzWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASKil3+lCOXLEb55zRc8mFni5sQfLuo+byWwTeGM+HuRM9I3mgRgnzc
uU1bPyqfol3LZhbD6qOj4p50+gBt4uIOo28wbTAdBgNVHQ4EFgQUwYA0AW5SlAvt
CuyZnLqRmqc32K4wHwYDVR0jBBgwFoAUwYA0AW5SlAvtCuyZnLqRmqc32K4wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARhwR/AAABgglsb2NhbGhvc3QwCgYIKoZI
zj0EAwIDSAAwRQIgXPmKMGEhCGZWyA37UwdX/CWkaV0QH4ukdm9InsScAlQCIQCq
q1kI/TBoiamji0BDqObpIsTx/LvC0xqVvE0qfekOsA==
-----END CERTIFICATE-----`,
} as const;
