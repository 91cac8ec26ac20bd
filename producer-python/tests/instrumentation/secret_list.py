"""Texts with secrets, for every test that looks for them in topics."""

#: Secrets of a list, none of which is real; each is built so that no scanner takes it for one.
SECRETS = [
    "sk-" + "proj-Zk3v9QmT0xWcR7yLbN2aHd",
    "sk-" + "ant-api03-Zk3v9QmT0xWcR7yLbN2aHd",
    "sk_" + "live_Zk3v9QmT0xWcR7yLbN2aHd",
    "xai-" + "Zk3v9QmT0xWcR7yLbN2aHd",
    "gsk_" + "Zk3v9QmT0xWcR7yLbN2aHdZk3v9Q",
    "hf_" + "Zk3v9QmT0xWcR7yLbN2aHd",
    "AIza" + "SyZk3v9QmT0xWcR7yLbN2aHdZk3v9QmT0xW",
    "AKIA" + "ZK3V9QMT0XWCR7YL",
    "ghp_" + "Zk3v9QmT0xWcR7yLbN2aHdZk3v9Q",
    "github_pat_" + "Zk3v9QmT0xWcR7yLbN2aHd",
    "xoxb-" + "1234567890-Zk3v9QmT0x",
    "123456789:" + "Zk3v9QmT0xWcR7yLbN2aHdZk3v9QmT0xWcR",
    "eyJ" + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1In0.Zk3v9QmT0xWcR7yL",
    "Bearer " + "Zk3v9QmT0xWcR7yLbN2aHd",
    "Basic " + "Zk3v9QmT0xWcR7yL==",
    "password=" + "Zk3v9QmT0x",
    '"api_key": "' + 'Zk3v9QmT0x"',
    "OPENAI_API_KEY=" + "Zk3v9QmT0x",
    "client_secret: " + "Zk3v9QmT0x",
    "Set-Cookie: " + "session=Zk3v9QmT0x",
    "postgres://user:" + "Zk3v9QmT0x@db/aragora",
    "https://user:" + "Zk3v9QmT0x@example.org/",
    "-----BEGIN RSA PRIVATE KEY-----\nZk3v9QmT0x\n-----END RSA PRIVATE KEY-----",
]
CORE = "Zk3v9QmT0x"
