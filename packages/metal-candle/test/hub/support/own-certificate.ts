/**
 * A key and a certificate that signs itself, as an organisation's own authority does: for localhost, and for hub.invalid, a name that nothing resolves. Made
 * for these tests, with openssl; nothing else trusts it.
 */
export const ownCertificate = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAi9wTS0paiWPZbLJ
GHGi6vCdYpNg4/XzIutBVdkAhqOhRANCAATfj3RPzYCazeq6+3qlKyP6og2NZ9zr
MnpmSOHjVP+FOW9OBkZu7/qjO8xcleFG18n6jGN/8Ry5kZSK/qzSe0B+
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBhjCCASygAwIBAgIBATAKBggqhkjOPQQDAjAdMRswGQYDVQQDDBJhIGh1YiBv
ZiB0aGUgdGVzdHMwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMB0x
GzAZBgNVBAMMEmEgaHViIG9mIHRoZSB0ZXN0czBZMBMGByqGSM49AgEGCCqGSM49
AwEHA0IABN+PdE/NgJrN6rr7eqUrI/qiDY1n3OsyemZI4eNU/4U5b04GRm7v+qM7
zFyV4UbXyfqMY3/xHLmRlIr+rNJ7QH6jWzBZMA8GA1UdEwEB/wQFMAMBAf8wJwYD
VR0RBCAwHoIJbG9jYWxob3N0ggtodWIuaW52YWxpZIcEfwAAATAdBgNVHQ4EFgQU
JclEKjjzQE8XKQ2TByLJzVGl8vgwCgYIKoZIzj0EAwIDSAAwRQIgMrgd623ck5vT
ntaKNAeICG4BxkQlJn7WXFy9VvBsZdoCIQDIB5MgOYNL/Hy088ePun12fFt3COAl
BqT81oVkNvWkSA==
-----END CERTIFICATE-----
`,
};
