#pragma once

// Written by make_tokens.mjs; every key in here is a throw-away one.

#include <cstdint>
#include <string_view>

namespace freshet::fixtures {

inline constexpr std::int64_t kIssuedAt = 1700000000;
inline constexpr std::int64_t kExpiresAt = 4102444800;
inline constexpr std::string_view kIssuer = "https://id.example";
inline constexpr std::string_view kAudience = "freshet";

/// sub 42; channels news and project:7:*; kIssuer, kAudience and another audience; kIssuedAt and kExpiresAt.
struct Signed {
  std::string_view algorithm;
  std::string_view kid;  ///< of the key in kJwks
  std::string_view token;
  std::string_view bare;  ///< the same without a kid
};
inline constexpr Signed kSigned[] = {
    {"HS256", "secret",
     "eyJhbGciOiJIUzI1NiIsImtpZCI6InNlY3JldCJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCI"
     "sIm90aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXh"
     "wIjo0MTAyNDQ0ODAwfQ.mcBdgBH883l5CmnQ8rKWqbU8Ja-ZR5TehfVR6czavfM",
     "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "lcrQXSce-SvGPGR-Lxq22BJX89vWjpYn9eGSzXAqv2c"},
    {"HS384", "secret",
     "eyJhbGciOiJIUzM4NCIsImtpZCI6InNlY3JldCJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCI"
     "sIm90aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXh"
     "wIjo0MTAyNDQ0ODAwfQ.C6mJHOuA8_kaZGe955rDisjH1nhVwJ59gGhttLY3BySrgWxHwY9CZ3rk8XwVpQrY",
     "eyJhbGciOiJIUzM4NCJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "UQt3deE3xndPwRcoCZTuekyNDX7Dl79L1jBENjxLcsYHOUhkfxg4aO4n0gbk2D1X"},
    {"HS512", "secret",
     "eyJhbGciOiJIUzUxMiIsImtpZCI6InNlY3JldCJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCI"
     "sIm90aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXh"
     "wIjo0MTAyNDQ0ODAwfQ.kksGYqLU6mnnZN-VsTAI2VS6Ebu6spdrGDc-iV8KwxgGLF4IxOt3EBm9HZo5Jp7nadnhuz1zRxv6bpOP"
     "ueSRLA",
     "eyJhbGciOiJIUzUxMiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "cau36wddMGmDq9E7U-SSJIEEz5hEDOqXj5TYAYu_KHKCD-kDcNUqpJDLcq339ekWDfj2rVGZ-pkLqkv7lR7g7Q"},
    {"RS256", "rsa",
     "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYSJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm9"
     "0aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo"
     "0MTAyNDQ0ODAwfQ.110c6d7PPDRigj4qKMqxj79lLUTUzy8eFi6nPbcwsLs5G2F6pwpp6tEX1ZpNRT4IJ9iJkWrFacONeQMeZk27"
     "_67AtdOVOhiZ3vNM8wE1sG3p58toWGnW8Yy4hb4GDeI0zWw-V9fJXuGZDK-3tRh3t3OK0wvJq-wlQZNFSixaAzreDC_sRXp3hJKS"
     "OL2NJdIv4zoogSfiWQAoWOyXWusIUGSG1o28yBM_cr8TFyyEfyyC-wlchoAf1kgAlO8KXoWWMddj_jPGQr6UfWTfQzr05fKsNK_a"
     "AjDrBVTM6b_NMF7nmutgixnu-aN_uXtniLfHQcaJfHtZ9-XXCImshN2E-w",
     "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "rrKxhgvBIrfcEwmJbNvMkY7V_LwACDCaPb39PZkpWpNr9oe-Jc2O_81MLUv66W5rY4HO_kAzu2Ov646QH44vCi0GhF0fR7Jsz5hF"
     "OeUidQBhi-keQar02NTXcOM6QTn1_An4AVxkM6G-W_0-D8AOlQBen2nBoGBOzT6KgT3Ap1FhqkXsXKaxU7AOY7D399XjYRXYeY1l"
     "G-OYopEuHvrqeB8z7TbwozE1Zi7wSrvDtyhbXzXuN5SRAt-R2_WskY4n_XKkr2b6Q-7OS59FRsL7LBocneF5dP9xxVLjEPF5cdnv"
     "ki3Q1o5Ke8nyXqvOaCyI3BOLRp1f2TbOU-U09yW9Sw"},
    {"RS384", "rsa",
     "eyJhbGciOiJSUzM4NCIsImtpZCI6InJzYSJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm9"
     "0aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo"
     "0MTAyNDQ0ODAwfQ.fAVW60SvAPG9Gzfi9smC8nVzAY-TS12Xq8n0ejXTGHdO0oeDZX-etuzlNwB7VKjVFerp3Uj1lwegzROld9SZ"
     "L_eICBlpzb50XTuV58Qu-XGFQJBipFqwAM1APmNb6VjxE9QkKbUw3O0NEqSAdifqvT4dGLbfOt9sfmIOqs2gPuThxGCxMBn5HiyK"
     "zb-0jmyA6SmM3n8RbwdcY6YQsdqJZ4eVykslaQdgqMrXB_npROUZd8BZ0IV_UPkQaXXXbbz_9sTdzjMNXFD_JRL6Wmbx1iZjVluz"
     "7xnx9prxVT9xeNJe6PNc74igDyTvRCHPwzLBK02LBrX2PDHgp9xh7kLA8g",
     "eyJhbGciOiJSUzM4NCJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "zuvwHmlf1xwjwW8UeIyzT5oeOkd6JeOhd9wVQ2tms5Bmr4WJteQTumLdUGL1MByqClkJ21dzUsVpYdYgEmhVOPaU5qfSZJHBy6VG"
     "vzuXpaPw_nfTMWHNgkMFws-XhwVRECfau8xMJFARZbZcLyHvVskkReo0Lx5LxK8c96oGygqMWQsvS6ijgyh8-AJQX4bBVvIejU9T"
     "JekY-_K8veoCRWYtcNr8ZVwvrvr8kq45ldWKj7MlQZzRMMRAVZwaCO9UcAE5wcHeCuWRsHh6SFBV3cFBgXEpRtm2jwzvFrX8NbAy"
     "Yd95ZMKvGtGmBViJWs3ou3joEbBEiVb4hW1fFERulw"},
    {"RS512", "rsa",
     "eyJhbGciOiJSUzUxMiIsImtpZCI6InJzYSJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm9"
     "0aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo"
     "0MTAyNDQ0ODAwfQ.kg0VauvDBeaBPqLkrfUvAfpPytHSSohjFMwbxHc34sHg2-o0M7pf3HXbop86MG57oIAXi7HthwG1w5ZiPWse"
     "lHxP27syJ5kGWUz_ZPtuCiU4BxMouLwZDsKLsSvYOEI84lFSEZHZWJMuE2uXCBnI9-JjYMHbNSvl9dG-UEZXe34nW9IhVJoymEMA"
     "XjFIO22cD6NTYBJ8XvJaQ_p3DBcqhsBpfhYm1I6-MTudIf2P3NXqmRXRk7aG38sO-g1k-ciy_yXzIEuFiJPYPSF3w-GM3vOndDLL"
     "wiLB-lUE9LwF0pXa3v6RWGCBv8I86WL8w-xvUNzAp-ZU6lMBgnsAcdGIJg",
     "eyJhbGciOiJSUzUxMiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "cY2N6uGjRqNY2T8COLLZa0Ttuq0C85v3BuE7InRo2OZ_5HYBCB3k9YG-9U_wyaX2dfjhAD_VzeGu7tWnNFApqRHykGf-ogrTp3JA"
     "6DAe92yqHtloWgXFXEV57wx_MZftl3f5IP-1R89LPMnbCxyhLix7AQnDVNB4n16QNeEGZYJw8g1nilV1GAlnXulLXYGx2b4wDMU_"
     "jwrxg93aQq1efB6S_8fRFTD1RSOS2ql754C_O83m6W1KrplKKi7YHmqdZjF7iAxhDcXbL87HhpUJN9b4RjHP1qMhSAeo9FTqjKMa"
     "_HF1EUwVPkguAA6cNwMOssskRbi0AIPbYPv_FP-x5g"},
    {"PS256", "rsa",
     "eyJhbGciOiJQUzI1NiIsImtpZCI6InJzYSJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm9"
     "0aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo"
     "0MTAyNDQ0ODAwfQ.ZRMQEk-YLBs9uLk3Hc5_KImf5-JoH_Hav4SvRZzRStTcFhCvFuZNtUO_yzq3BvQ4eFvzf5OG9U4XQBMVCyTD"
     "UgyuKlQ_J_zw_OXJAfEiDfteb1ZF1z1d5C86qwAfboLU9qvwvfC_PJC9Inv8mX6WfiB0gRMs5x5e-Wk5hnBwE2jSSZZYxYY-8QHk"
     "Y0NS4UMqyYnrlul4yn3jEU0AEbhaC4Mgg8nM7jOroJ5DRPjt0GIuQaa7Mh74p3i5ezRIUAoqwxwY3q-tMHLa7FoT97QKcUn9UtrT"
     "rz1uGvKrBpWjheQIBzYcevxGrl6ljbkG5Jd5u96DJxWHWAB6a_3EpDU4Kw",
     "eyJhbGciOiJQUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "HoNatac1ch6NrmhQ_KU9XDmsOPrKS2UbBh0BrWoZAAtSfywoMdTe2F7zWXqthyouOWDz7nMwfTP5MeNxu6T266Lxb9vtAlfFPhKU"
     "nXomLGlbgGCzLJubMgkJ9qA6zRFo_l7yQqZpC6QiCNnRzms8Ax3BSCTveGSlMFZzzrppqnMz7BiOdNMe7jHcSBZNHhornfOTSHxT"
     "qVedf9dfdrTaF6GaKlv1G19Qlye3RQfeJoavXFKSR8D1Nl3AjgMidE-0w_is5UGTfeP3T-A2LR_idPCiEkpjkQrI7mq4V-rWn6r9"
     "J4nJCQPXtK5sbWxMZ_6XGi-SCgMJ4N0bQtuoNCXtXw"},
    {"PS384", "rsa",
     "eyJhbGciOiJQUzM4NCIsImtpZCI6InJzYSJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm9"
     "0aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo"
     "0MTAyNDQ0ODAwfQ.Ks1lII2AiiAnoKX-nNdh-xbQQiSURNWTa5djqnG3qT4LSN7NLj_yhYY5z_RWDreBaitu4PjBr51xeNd8HYFy"
     "S000RIDnnHqUxhL7u3vWRarY5f9Bdvpt-4-EWHnotmBPw65o0D6_Xz1Hr95ttCn-yoqruTaVcD_g1E1VufSmOnVsA10PLGamZnYU"
     "-I5O-JH9khthnkkLiIBeMdlubyFRBaU7GcUThEWBu6aAFYNUO3YO7T3YVd5cpuRrTE4T7mO_25CxXoUTXRC-7Rjz-_d4KNdXxpsU"
     "H7-f-il8Ug15fdv28DRvpvi3X0q5c3XOh0dJmX4tAmHvZWn6nOoR3tP3pg",
     "eyJhbGciOiJQUzM4NCJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "vyeW1srkB8rrIn0m4ooJFAxG_J0qbvJyJaNqR19KRqERDevNOuTYHvpH4HZ8w-Gps3I7uIcYBJDFgmKrLt8wkCH9SbD4Jk8XNzes"
     "NGMl19qX7msC4k5Vb1HrAIryjZxvt-_7rARO_UqleC7wt3_88bHqaEYj65F7T22mspiWURhy2Wx0gi2Z1w9CwEgl_OQPksU_Ucpg"
     "Pue1-yDj9ooD6JCwiMgJ2VPwhcsydYY4qo8nq-pB2QbqqseoUsCw6fNzM0Q3RQPKXspkp5e9PTWsp2lMxC_mXTOApcqh98dYj_hn"
     "xK5aJFHzgAftUnBC1phuVOJ2JqGTBpVdn3WKUfL5uA"},
    {"PS512", "rsa",
     "eyJhbGciOiJQUzUxMiIsImtpZCI6InJzYSJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm9"
     "0aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo"
     "0MTAyNDQ0ODAwfQ.jU2Urovzg8gLSqNjYI9P5KlJiqMojXZ-rTz7AQUfW0QlVmAD-kK0czEKF9c3XptzWLe7TZNT81Olbla_2f5Z"
     "oYmuBreFoO81KJJY839PkCTITWpgPeihVXWH2-j1VtJs8MLK9FMXJ-7RWGDHEFr9S6trYLrTTisuxJ3UCdasEa7iXLKwjvilQKew"
     "OSlBiyhe6X5KVng2MMAs6QHRlVFsdkNMpBHDo12riT-uCLF4YZG_cQoc9cc2FJTjSzXRJMMg1wik7ropvgj_jewpsowQuTMpfyxP"
     "QCq_a1WEztBWHdnqgkV7EyxzbjQLRozPrPNtIp9VEkpXJ4QsYcyxqTRO5w",
     "eyJhbGciOiJQUzUxMiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "TqdWfAh-I2iXOkDIQfcXirAEaoorSpS3RPkvyfelhMpe2QzFbUPNoPhT3vt3n3oHqIHRmMD3KT60A0dVYF_rqbpLS4CDfVRubl6C"
     "RZtMEQPluzPkdi1DgmOmjDIiTYmy5KUGlHDtbb4Q81Fwo3ccSyI9LyAfElW8AaoT2BQyWC78v3hzBx-LZOpXg0DUWQzpjLi9_Fxu"
     "pVoNLCSzdA81h7aWBC62WgJeAy0qI3YhvbZE9Th9qKKSQ0g_77P-mLLMr5e3MVf1bUnNRdkP8hGFWA8oHSt2eMPp516e6nmKCSzs"
     "hvOOHrqNihaW8vgtDF-9t-jvrHaegq2B5DRUsTH7og"},
    {"ES256", "p256",
     "eyJhbGciOiJFUzI1NiIsImtpZCI6InAyNTYifQ.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsI"
     "m90aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwI"
     "jo0MTAyNDQ0ODAwfQ.Do69Xt8jV-DCVf3MONJKjHsXvJYE2oSqz5nEf0mV7_oC1Q8ekTJwhVRA3sRipLs0HFISdnf9chb9Oc4Kdi"
     "Xifw",
     "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "jNgYHNbvIlOD6vC0HlzcVDqr-p50RtyP-A-6o04yG6bEfq6VH5WVNvW0me0tr3MQhrrmx7qgk3MfR9RTMdLFMQ"},
    {"ES384", "p384",
     "eyJhbGciOiJFUzM4NCIsImtpZCI6InAzODQifQ.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsI"
     "m90aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwI"
     "jo0MTAyNDQ0ODAwfQ.UNAsmO8o9JGBRWWc58DLBOEcPquHV7EzCb_t6vqykiXKK73oC25Dt8whgUN09CPCPG-CEWbAO5noOOCTj2"
     "ndkz08Ve4cEQIO7FTwob24W7l8M2Lk-Pzn3uIYrAlvR7iB",
     "eyJhbGciOiJFUzM4NCJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "b5Oh0e6hj4DZhQlzG2iRR5n1W_g9i_yxUohwNBB8vAKrRiYfUe1dOZuhbOJx6ltH4xC0RdRGVXMKnT0kRFYIN7gzxN5iCvBRl2Q6"
     "mqu1eTxhWJr5mtUJj4XIrgXvGEnZ"},
    {"ES512", "p521",
     "eyJhbGciOiJFUzUxMiIsImtpZCI6InA1MjEifQ.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsI"
     "m90aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwI"
     "jo0MTAyNDQ0ODAwfQ.Af_MnWf4c3KHHIIsZzf7PplDUsB873xMMiw3NNSEWSnrxP8nMSxGlhVtjiQV_vG10kj2qx_fPBkW3WfPxJ"
     "LsdtjoAZioJ9ldoElF0gCuePjTaUGs2ivH7At9tFUrnscCWYuZ2qcnFOkgTHXcq188c3WBuInbrLNGwCoN1DqkAkTeEjPj",
     "eyJhbGciOiJFUzUxMiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "AEsCK7_rMG-1HJSByhGaoV3JH2hUy7NLiLf2IEN7hdI_4I27zzf2Xu1QFePSMtOJyOR0dc8dC5_VFnL2OUH0I-hZABR2OAH4D-Lk"
     "plILFh9QoTC4w1nUQZW5dUVA-WnMjxsUpIJzB_1KjO7HFiN-uRsXM8NABp8IEFSn7ZDzk2XU6Cid"},
    {"EdDSA", "ed25519",
     "eyJhbGciOiJFZERTQSIsImtpZCI6ImVkMjU1MTkifQ.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hld"
     "CIsIm90aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZ"
     "XhwIjo0MTAyNDQ0ODAwfQ.THGtMJv1L4hss-eiSfK2jvRMPd5UjrrNHwQp8Tm9qE_ZZyHnEU5-eI8QP3kMzKp1H0EocfGWAmOWSI"
     "wecEXqAA",
     "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "SO9yPI1RoszqSkMybnQ14UswHPsAo-SPpuJYFvmQs8UXMss2Uzf79a0rJnd-BJMIJ65yiMQvfOjcPj8Cqr26Bw"},
};

/// Keys rsa, p256, p384, p521, ed25519 and secret, in this order.
inline constexpr std::string_view kJwks =
    "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"_Kq6ChGtCqEhrxJpDzh6IHe9UG0dAPX_VXVPFuqBe2IdTbAcmXtBFaUqE9tc__NiWeZGwHTdF"
    "0Q8dFrP-sc2lX6UbVluPfPzzCG6r8suw_xTUUAPV_TFTs4fmXLb6t3Ck630fukWoyJ3I09BQkkoPlxiOota1F2i9uo7yYgXacl0D"
    "P8HF8_vZFMAxvv74L-N7StqzWg5aoCiS-5lND_TjjZNQF0HiV7-LWwshr6c134KYJ5ymAWEFXevuosJKxGHJFmNfLkNisT-sXD-V"
    "JPARo77KfS7wNrd5c7l-IMpjYqcHOJtehlM0hcCziOaWhWJzxfJ3NHzw3DMBcWqnal1Aw\",\"e\":\"AQAB\",\"kid\":\"rsa\"},{\"kty"
    "\":\"EC\",\"x\":\"R42vU3chtn_12lW8BTBvbCDyQoG622newjX83dae-Po\",\"y\":\"xCYl5CJRkcXOh_YmSBUqRTPYP3RViV2PyaERmi"
    "0MQWM\",\"crv\":\"P-256\",\"kid\":\"p256\"},{\"kty\":\"EC\",\"x\":\"oXtJMGmE_CFrtQcjkUzLTyg9FJTjC1tm8bSDkHI-"
    "xx7FnM8t"
    "yUa9R99413ZOPUpn\",\"y\":\"c-8N_QWy8wB1zmhgjDYQxQf8q5eywycIJuQH9XSvg7tBHT4HtjXfJ-WR8CixWj4T\",\"crv\":\"P-38"
    "4\",\"kid\":\"p384\"},{\"kty\":\"EC\",\"x\":\"AFiHEhEBe50Y4ELR6K--tqm1YaWaOo4eKv1z40IMK5HGZGePWsQDgNTjQcVOYuk8pD"
    "zAre4nLS65QWJunaTTV2FW\",\"y\":\"AaTRh9eEQogwBNLyZHKUFFjnNNQDl6lbxV6lr0oUKKHdW1_Wo8jyTWockzG-u82g4TK2hPi"
    "JvSS8OO9LY_vglKos\",\"crv\":\"P-521\",\"kid\":\"p521\"},{\"crv\":\"Ed25519\",\"x\":"
    "\"4LVpdxGZiuBVgeKImUnhkAg8HEcATuX"
    "qfsyl5mwkxdM\",\"kty\":\"OKP\",\"kid\":\"ed25519\"},{\"kty\":\"oct\",\"k\":\"ZZl3YIlZsrW0GLYEPrRbObgtwabRfkCg7PP__"
    "i_"
    "yFttDAyna5odzWT0GwyXlzL01F6dhnbc17VCcZCvbliA5DQ\",\"kid\":\"secret\"}]}";

/// Entries that cannot be used, each for a reason of its own, and as the last one p256 with its private half.
inline constexpr std::string_view kSkippedJwks =
    "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"zdhZT6qCh3klUR0zhH322RiRuvdRKPEBpUPSC7DgjsdLqIs0r-W3ii6OTxXYL36cLilq7hY4B"
    "BKxqxCZAx87jvfrIpYz6IJ9Ggs5daKDQcUnXbFGBOui3KGgf9N54xmtQsV3Q3ehjX7WdH2MjLrRowaEoH07yk5rsN8iwH3qbpU\","
    "\"e\":\"AQAB\",\"kid\":\"small\"},{\"kty\":\"RSA\",\"n\":\"_Kq6ChGtCqEhrxJpDzh6IHe9UG0dAPX_"
    "VXVPFuqBe2IdTbAcmXtBFaUq"
    "E9tc__NiWeZGwHTdF0Q8dFrP-sc2lX6UbVluPfPzzCG6r8suw_xTUUAPV_TFTs4fmXLb6t3Ck630fukWoyJ3I09BQkkoPlxiOota"
    "1F2i9uo7yYgXacl0DP8HF8_vZFMAxvv74L-N7StqzWg5aoCiS-5lND_TjjZNQF0HiV7-LWwshr6c134KYJ5ymAWEFXevuosJKxGH"
    "JFmNfLkNisT-sXD-VJPARo77KfS7wNrd5c7l-IMpjYqcHOJtehlM0hcCziOaWhWJzxfJ3NHzw3DMBcWqnal1Aw\",\"e\":\"AQAB\",\""
    "kid\":\"enc\",\"use\":\"enc\"},{\"kty\":\"RSA\",\"n\":\"_Kq6ChGtCqEhrxJpDzh6IHe9UG0dAPX_VXVPFuqBe2IdTbAcmXtBFaUqE9"
    "tc__NiWeZGwHTdF0Q8dFrP-sc2lX6UbVluPfPzzCG6r8suw_xTUUAPV_TFTs4fmXLb6t3Ck630fukWoyJ3I09BQkkoPlxiOota1F"
    "2i9uo7yYgXacl0DP8HF8_vZFMAxvv74L-N7StqzWg5aoCiS-5lND_TjjZNQF0HiV7-LWwshr6c134KYJ5ymAWEFXevuosJKxGHJF"
    "mNfLkNisT-sXD-VJPARo77KfS7wNrd5c7l-IMpjYqcHOJtehlM0hcCziOaWhWJzxfJ3NHzw3DMBcWqnal1Aw\",\"e\":\"AQAB\",\"ki"
    "d\":\"wrong-alg\",\"alg\":\"ES256\"},{\"kty\":\"RSA\",\"n\":\"_Kq6ChGtCqEhrxJpDzh6IHe9UG0dAPX_VXVPFuqBe2IdTbAcmXtB"
    "FaUqE9tc__NiWeZGwHTdF0Q8dFrP-sc2lX6UbVluPfPzzCG6r8suw_xTUUAPV_TFTs4fmXLb6t3Ck630fukWoyJ3I09BQkkoPlxi"
    "Oota1F2i9uo7yYgXacl0DP8HF8_vZFMAxvv74L-N7StqzWg5aoCiS-5lND_TjjZNQF0HiV7-LWwshr6c134KYJ5ymAWEFXevuosJ"
    "KxGHJFmNfLkNisT-sXD-VJPARo77KfS7wNrd5c7l-IMpjYqcHOJtehlM0hcCziOaWhWJzxfJ3NHzw3DMBcWqnal1Aw\",\"e\":\"AQA"
    "B\",\"kid\":\"wrong-ops\",\"key_ops\":[\"encrypt\"]},{\"kty\":\"EC\",\"x\":\"JAi8-WkfgUXFfnNiJp3-r6QMqd5WJSr8Y4uB-"
    "GH"
    "LmdY\",\"y\":\"_A7FbW_Nm2IGrYL6Nd16AN-HiiC12L65VSjCT3qZjcA\",\"crv\":\"secp256k1\",\"kid\":\"secp256k1\"},{"
    "\"kty\":"
    "\"EC\",\"x\":\"R42vU3chtn_12lW8BTBvbCDyQoG622newjX83dae-Po\",\"y\":\"R42vU3chtn_12lW8BTBvbCDyQoG622newjX83dae"
    "-Po\",\"crv\":\"P-256\",\"kid\":\"off-curve\"},{\"crv\":\"X25519\",\"x\":\"FimO3d45kpOOEFPa-"
    "a7t1gc3FlzLTcmFvfylBXTPa"
    "zE\",\"kty\":\"OKP\",\"kid\":\"x25519\"},{\"kty\":\"oct\",\"k\":\"c2hvcnQ\",\"kid\":\"short\"},{\"kty\":\"EC\","
    "\"x\":\"R42vU3cht"
    "n_12lW8BTBvbCDyQoG622newjX83dae-Po\",\"y\":\"xCYl5CJRkcXOh_YmSBUqRTPYP3RViV2PyaERmi0MQWM\",\"crv\":\"P-256\","
    "\"d\":\"WTE_EY-nw_b2XyvwRxYvOzuaonwfpZG6piu4tn0MPXY\",\"kid\":\"private-half\"}]}";

inline constexpr std::string_view kSecretHex =
    "659977608959b2b5b418b6043eb45b39b82dc1a6d17e40a0ecf3fffe2ff216db430329dae68773593d06c325e5ccbd3517a7"
    "619db735ed509c642bdb9620390d";

inline constexpr std::string_view kRsaPem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA/Kq6ChGtCqEhrxJpDzh6\n"
    "IHe9UG0dAPX/VXVPFuqBe2IdTbAcmXtBFaUqE9tc//NiWeZGwHTdF0Q8dFrP+sc2\n"
    "lX6UbVluPfPzzCG6r8suw/xTUUAPV/TFTs4fmXLb6t3Ck630fukWoyJ3I09BQkko\n"
    "PlxiOota1F2i9uo7yYgXacl0DP8HF8/vZFMAxvv74L+N7StqzWg5aoCiS+5lND/T\n"
    "jjZNQF0HiV7+LWwshr6c134KYJ5ymAWEFXevuosJKxGHJFmNfLkNisT+sXD+VJPA\n"
    "Ro77KfS7wNrd5c7l+IMpjYqcHOJtehlM0hcCziOaWhWJzxfJ3NHzw3DMBcWqnal1\n"
    "AwIDAQAB\n"
    "-----END PUBLIC KEY-----\n";

inline constexpr std::string_view kP256Pem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAER42vU3chtn/12lW8BTBvbCDyQoG6\n"
    "22newjX83dae+PrEJiXkIlGRxc6H9iZIFSpFM9g/dFWJXY/JoRGaLQxBYw==\n"
    "-----END PUBLIC KEY-----\n";

inline constexpr std::string_view kEd25519Pem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEA4LVpdxGZiuBVgeKImUnhkAg8HEcATuXqfsyl5mwkxdM=\n"
    "-----END PUBLIC KEY-----\n";

/// The key of kRsaPem as BEGIN RSA PUBLIC KEY.
inline constexpr std::string_view kPkcs1Pem =
    "-----BEGIN RSA PUBLIC KEY-----\n"
    "MIIBCgKCAQEA/Kq6ChGtCqEhrxJpDzh6IHe9UG0dAPX/VXVPFuqBe2IdTbAcmXtB\n"
    "FaUqE9tc//NiWeZGwHTdF0Q8dFrP+sc2lX6UbVluPfPzzCG6r8suw/xTUUAPV/TF\n"
    "Ts4fmXLb6t3Ck630fukWoyJ3I09BQkkoPlxiOota1F2i9uo7yYgXacl0DP8HF8/v\n"
    "ZFMAxvv74L+N7StqzWg5aoCiS+5lND/TjjZNQF0HiV7+LWwshr6c134KYJ5ymAWE\n"
    "FXevuosJKxGHJFmNfLkNisT+sXD+VJPARo77KfS7wNrd5c7l+IMpjYqcHOJtehlM\n"
    "0hcCziOaWhWJzxfJ3NHzw3DMBcWqnal1AwIDAQAB\n"
    "-----END RSA PUBLIC KEY-----\n";

inline constexpr std::string_view kSmallRsaPem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDN2FlPqoKHeSVRHTOEffbZGJG6\n"
    "91Eo8QGlQ9ILsOCOx0uoizSv5beKLo5PFdgvfpwuKWruFjgEErGrEJkDHzuO9+si\n"
    "ljPogn0aCzl1ooNBxSddsUYE66LcoaB/03njGa1CxXdDd6GNftZ0fYyMutGjBoSg\n"
    "fTvKTmuw3yLAfepulQIDAQAB\n"
    "-----END PUBLIC KEY-----\n";

/// ES256 by p256, its signature in DER.
inline constexpr std::string_view kDerSigned =
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
    "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl19.MEYCIQD3wA7MLd8SXNcQSW3TCSy1w5L4wQgi4uRR2AUtY3"
    "yh6gIhAPi7TFwjGfXW0WO2dEhN3ZUrwrCSVhejxfWc_pMOc_He";

/// Signed by a stranger whose key is in the header (jwk, jku, x5u).
inline constexpr std::string_view kEmbeddedKey =
    "eyJhbGciOiJSUzI1NiIsImp3ayI6eyJrdHkiOiJSU0EiLCJuIjoieE95amNpSFBfTVR6MXpGVHBiU0pON1R1Q2R1ODBNWDV1MTV4"
    "UjdHa3NTSmNKbVltTGdYY25jcnFqeWUwMGRmY0hkczIwdHBHX3l5ZEFJczNHVVBzdlNBaVI2SXVQNzRPUWdKdVROQ1VicnpRdUVh"
    "RXRGbi13WTVfTFpzNkVDOTNiQzRGbFRWY2M4NFpyMC1pU0xsR0sxLW9PeXU0VnRfWjRCT2JFeEIyZXF5eklkU3hqeHlTQk4tbHhI"
    "aUduREtQWjRTRlJQUG9wbTY0SFppc25zQ2VmaUV1d0hRSTJ1bUFPbXROYkZjeTJ0MEdKbzZkSXFZcnotMlUwQnF0UzdmeGNjbl9G"
    "MmlDQ3lhZThDQjNqNUlVenBURGRzLVVzak8zcG1JS3BWRzRYUlJxRjBfaVU4N3ZlOUNhVy0xSlozT2xiLUJfTF9teE1qTjN0MWxt"
    "dXR1bnF3IiwiZSI6IkFRQUIifSwiamt1IjoiaHR0cHM6Ly9ldmlsLmV4YW1wbGUvandrcy5qc29uIiwieDV1IjoiaHR0cHM6Ly9l"
    "dmlsLmV4YW1wbGUvY2hhaW4ucGVtIn0.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVy"
    "Il0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAy"
    "NDQ0ODAwfQ.loPQJI_rHeLy5X3oVgSNgtqz1I4UPZtWuVCs0oyRRUxR03nOpYkvY5SNyLZay4ECPW_FmC3jI5oqQSdqnGIYpUcvq"
    "_CwLrptoP5xcAKbNtnOHza86za5dR0YCxXvCWA3IKZ91Kjpzyb-FCwgFfZ_9FemBnxZTyO0Gyveqn9dx93iaDn3qyg_4KVVpPng9"
    "NsRolZa3P-W8ILrMfbH_Uu5yBNW8jf9nuBKEu0xdPJ-9fhA4OKUSUYKr7O4tK7769IYmhohpDMHKqaJdRxlFSgCZ4eB2TvB7_Wz4"
    "YBJ8KBn_q68EF1ESayqNqDbB7ZDjCkmPb5HijSImrHJf-u-6tIV5A";

}  // namespace freshet::fixtures
