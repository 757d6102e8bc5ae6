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
     "wIjo0MTAyNDQ0ODAwfQ.ZR5NiJKK2i1utx1NZWqfD_RTweDxpTurbxl4fVzR-VY",
     "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "ETHeXRedjBQKvmQ3vM2MqAcmfHWOpUjxNKomDiyETuQ"},
    {"HS384", "secret",
     "eyJhbGciOiJIUzM4NCIsImtpZCI6InNlY3JldCJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCI"
     "sIm90aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXh"
     "wIjo0MTAyNDQ0ODAwfQ.ld_C0UqBBRhxxvPIyg2CHSGzb-H6FZa6arnhTrt3HMXFipJWP6H7Kl7HBTOmKxuz",
     "eyJhbGciOiJIUzM4NCJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "_MNVDuu-61wmN3BaHc6GYZH2_T5dWLrGmIHE7dqsrMAakPBVgDVl_sYJham4Mggu"},
    {"HS512", "secret",
     "eyJhbGciOiJIUzUxMiIsImtpZCI6InNlY3JldCJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCI"
     "sIm90aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXh"
     "wIjo0MTAyNDQ0ODAwfQ.uC8tCSOXUlM0WV7VbmgpfQq8NB6-nEyoz300LYj4Rz7dySbzDyb4NFtZ8BW2dkksQlm83eLweaRlBVsO"
     "NrL2sQ",
     "eyJhbGciOiJIUzUxMiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "xdmnflZ0FOM_nXuPqY6oUIgMBERNwnbBTiuGrNx3CPTw-_ITSd0PpvqdJIFkhV677nM-4Ksu3ylR6lClEZhiGA"},
    {"RS256", "rsa",
     "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYSJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm9"
     "0aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo"
     "0MTAyNDQ0ODAwfQ.TgWryvOn-iGYJ4Ym_NYmzhDvsPlgRGWN18wBVJdwD99wbbHFPQvsEyvE3rWj8dBN15Ewr_dcvpfZE-LAPIJ3"
     "J2pw1Gp4_ryjN7K7I3944okhoiPOa60GC57L9P5m77aJcAJL92HniHZ0N6Pi9TbwIthXoyOT0bP_YW5f8UgioZ7EagU2IHKOpRfh"
     "7Oxj-61JrbjEv5acIcArysu88MjooFrprnSCqO6typp1ZIyeR6UX4ng4kfsh6xvg2PqhUhsFKG0qwsqxwDQ_yGlRNpDu5TdGM2nI"
     "0cJMstERmHriIJjbBJMRsmPwvUOmQrPUu9cQWQQaV1_gZDhwp-cu3rP2wQ",
     "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "kuTUnY7FymngKWvJCJJgpCU90ulJyVnQ2yZRuuM0h8jWhKEm5aDq9O6gd8Jc9-W0Gq0IWZcZlALwCKHAo8PQKwNQzNK0KyfwofE0"
     "-P-rKRoB7svlb7bLfuAeyBdNxSez5JlVkMaOpyS7Gpp1J9j9_dJgG3xGeKCqpUBJ_chBiKvkFredSKNShFmcgexPgCzkR6t9ft0V"
     "4gwQLBHFXmkUPX4DdNo8DCT7AGg2vmcsvAzyhvqEeVp6X2k4btE3XKjrgGd2AkyqfpH_q3-REyjfuxTi5WZMq9xCzZlu2v_7a72Q"
     "DwraWmfgts46ypfKrg5U_PPA0o6LHh6Xkjzytyue-Q"},
    {"RS384", "rsa",
     "eyJhbGciOiJSUzM4NCIsImtpZCI6InJzYSJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm9"
     "0aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo"
     "0MTAyNDQ0ODAwfQ.c1jX2lO8L2yHqn-Nl3iLmgKN6XVxum3u1IAHB737pq4omjo3v66KYF305je5Fy2Q8xeKE1bBRMNDKRKOSC-I"
     "e583u5h7yAdj5C-_I5uApPWPoqjdQnYQXBXUNhRVErnOYAGz-Cl2vnpXrIwd2p8f8GI7gzo0idO-EfuMpKt6jfFP_5ly-BEO71IA"
     "91PgAKoEAWZJGRP-n_cEyjsFovWks1I-2KDboXHOzt9Ioyl8xpTp_yFn8bp-KV2ywpCWSB8UB65xc6ZTm77c8HVihckUEu71S1nF"
     "vXmdYUzxtJhnOxzOsXclu2kiw96KCTlwLKyMon6bpfNCQE-FNYqoeovklw",
     "eyJhbGciOiJSUzM4NCJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "W61uxmFI_nPpeYjyQIZ5rtvMRNW3Uz4j8dconSJN3sCgBhL0LC-CzilKscdcipVuL8sP4TME1rx_nNcTZ3TTCvh38BniFWBi5fla"
     "7DfrPXbX9DTPF3_-SdBJZVkstDZzLaRSthplKpOlMDLAD9jNdG1cJsALJJKPkdZeaICBw8yEjdoVfsM2OyI8qOlTgfgdvsnHliUg"
     "EjOne639XE3b9p4Vare1pR7zKmwPIrEiwYlU02fMl_uiNb5wVCMd1zLCcRurEcN4EfmSuby0pms0v8srChntZxAYQzp14R7IFAvV"
     "O9cjTIDf3MgXHaKp127YBFO4wZqP3aWou0Fr7hLqOQ"},
    {"RS512", "rsa",
     "eyJhbGciOiJSUzUxMiIsImtpZCI6InJzYSJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm9"
     "0aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo"
     "0MTAyNDQ0ODAwfQ.fWkLl03TsIuKWolyZl6sAQWlN3uDEf0WBV09G7K8lgO3dE2prtz7Zaf-urRQ8VasMWwrBaJJ6gCHFG9Vcv-z"
     "_2fiIE4GSZA3HuL45_rBYBz3sZVIlg47-gVI9Oh0St-DkaH62B7ZhivdJWa_cH_aoBBK-kL31ROQWagLAi8GLAZvrq7Xaa_ajQQ4"
     "9FP6Zu_JbcGjDGXK40Ku1MxOiZc9KevklY3891njDj0DWXEFOgzRplOtiiBQ-0peIvbknUaMQGBmfATLq_tYRPHv3_rwXvmtxk93"
     "H880St6sqBNnuY8n-EYi1JW4lHwc_KdncdQPNq3c2PSfAkdwZX76ke_w2w",
     "eyJhbGciOiJSUzUxMiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "ahzS-OkfO9pxSAvAKncnBadamv4Vd7oPgZJohiKY4sRml4bgCjoHcmkGkf-0YgY4cNn40XymQ7XeQK6Xde-UGM4iF7O5czsAIjQw"
     "RPgn1HcQ9xJlc-jAK0G2RhjZ9y6_cY-zWLNcqeAfgZa7bzBrk9Jp6EH5b9mm2b_hkSupP36xjYIt_-EVgqZx1A5cu6X_MaFOlDlo"
     "W39jMiw7ctjoJbvniT0snYOhJaNLojn5dclif4dw_BxD8uKhxZPMZNyle9YJgf9zXACFXOqQBwu5mD-WW4y9JhmZeQYMCvWPuotE"
     "FZKjBw4_tU6pWAH9MzggXon9zZhF1i4iCZqStd8GXw"},
    {"PS256", "rsa",
     "eyJhbGciOiJQUzI1NiIsImtpZCI6InJzYSJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm9"
     "0aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo"
     "0MTAyNDQ0ODAwfQ.ed3D01kE_c0hYgUae6hw43HdtH2KcOOPz13xRdK2_W6fOduH5OhZFF7q1wiEig9D3Qvh8kjtHAM8KaA03KRz"
     "1irFmx2m3lwkZUCZYiMAK9-lF0zaEDJyBeEbFFQPb00nOfiIhQEqkQMP_GIA_7RAGOsHmqGuIgpta8AknejDs-Vq22oiYgtReKql"
     "V7EPqkO2X6hgxtarB1T0SGbNq075kZrNbXzhMqnH5Ug-Riiymgb9JJqGbCamK6E5BO5WbJQqgZTt-GdvDxwz8_EljcmA7yBHeB6A"
     "5SwuCALkZLX4wbicbqTzJoNmmdNWoSWOtZsup5Z6YXYbjjavccShcuq5nQ",
     "eyJhbGciOiJQUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "HZdE-uJ94EOw9QYXWnPX1SU4QvknZmuJZb6LXgh2uzkRumJ77pSO6pGBjwoiC-xEfayaeXLuPh43vt33hCM6IguGaoM-wyvqaQZc"
     "o3fY9lh43c5pLFJFlkZcX17CywWF9tnZBvCbyTZxl3uQxnYLkfqXYydOdTKVonYBbdpEcZMPRwI_zWF45yTX1Eci7RqZOCgsXyGW"
     "-aoQBmkzZ0enWUZaCrPnr83_8ufYFOHCEoVNNID4s8hNsCHjmfN0IMiA7AhlU5KQtZn1-N4KgLG9A7qjC2e27TsmX4-qg_9gc6W4"
     "qixPV9wXl_V1R31_6XLx91bH6myILHueYUKCRiJt7w"},
    {"PS384", "rsa",
     "eyJhbGciOiJQUzM4NCIsImtpZCI6InJzYSJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm9"
     "0aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo"
     "0MTAyNDQ0ODAwfQ.fCGrX0w_7_IDX3aVZd11WgW4ACZgUo_Cr6r1-pLqGePke0h0TwAENwncLmf_poxmTEEpsAz9aVu-8EnNW_qK"
     "FHfg4jGTds_anmyLQNwLFYxw7m-cafrPRsb89Tfsc5Vk1N3sdWgXk2nL2Ts1PvR_EWARG1aJvgZr4sasgHXKEj1dQpGZTuUF3Yv2"
     "-RAWEiTXwMPpDSq8cUrr6kU83ryQX4K9ugu11GVpLweakSglHlZCEyWy1j_Za0koWKGWfPmbgXM0VBXk0qP9gjTiYyHsttivLu_E"
     "oChYyTPU9TLfsi7xEANhIbODWBKb7wTpcv9uUjxePZz9dNbInZudb4t4YQ",
     "eyJhbGciOiJQUzM4NCJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "jdpowqp9VG5t-Rkk5azGvNq6ay8k3-bV9AnCPzbzd3jAR3lWdcznfVZJbnsROoXrMJs-1DJo2Y2CPxijnmAOL4WYKpKXJoW7Aul-"
     "QH0PNSkCXPlTOhipS4B928h08mGse3mAyrpdetGrwWjKZN12pspf9_kJj67UpvYKt8ICceSIQgzMedbnVDk7YA495Z3g5wsWA6SF"
     "vPYMLRVIJQ48CsuVIz8uiIX19W_JCBoW0dQ2bagA7vyo5PpcyDT4cG1S3qMFEWpakPwMX3nN0RudBfvDcJRom28vJHadDUzNtHEc"
     "Ny_heo2GnVaivl6X--81yg65M1h_7U7ExsLHskfDjw"},
    {"PS512", "rsa",
     "eyJhbGciOiJQUzUxMiIsImtpZCI6InJzYSJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm9"
     "0aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo"
     "0MTAyNDQ0ODAwfQ.BVRJSKEd3h0ue5mywttFIcIInQjvjDxGJlG_mZE8cLHNKp1PxoYLNTwFAfLCDO-1YveoLdevWHEbZBUWeIsn"
     "KIl25MIIfHMD5zqplfZPFtL6dQbOMXsmgCxZaBsIFGsNbjxnQ7wPqacCYiM6LH7ZuoedyTWsSsRIO_80zJbgNMfO1xvTmW7KMZlP"
     "G8FO52NUHAJNC0fGItaZAcMdv7xcGaQkK31cH2UzOwugmyXy8-lRAA33c6x6GqUhpUo7gcDmDQjeLXUz7PdLKedCztY0HtCh0Lcb"
     "0_yYzmCFuPAcLrE7QHN3FU3hJP05a2HhuzBEYAyvwbaC14yQwJ5W8jTWng",
     "eyJhbGciOiJQUzUxMiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "irBMUQ1HWoXscIeuyM2z_dExx1gFbSghXYpGxbTWragiGTt5oFERtQXtbrjpLwiS1Iqbdtki02h0dXw7rSjxbEYKUWYYzKeO-NWx"
     "zqKErWJRcBQo9xmwK8i8AHXAU15-6wxju9JKQkLjnm_7hBvenxAxMOn_b8ClUJ8wr3beAzyfs69lzrm4cUVuPZaFxNLrURBWMjgm"
     "tQclfWQc_dMiyk_RZxLrONIPFpKxgWMz3rFZxw3JJ5_f03j9tY5JyI168lXOQO9nIUX8Z-Go9-mj0nUpq6uSbvNCzSrDHaL1t6RH"
     "CZi5llLqrLFhbHRojuUyZ5H6rLf6nEsQHKBlNndWVg"},
    {"ES256", "p256",
     "eyJhbGciOiJFUzI1NiIsImtpZCI6InAyNTYifQ.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsI"
     "m90aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwI"
     "jo0MTAyNDQ0ODAwfQ.6mPcPwrB1nO9GcYOXVPsKX23UpTeOGtcVds9LqqpN5lsBdkSWTeJzzgIYHR7azOz0v3xbCV4v3Ctsi7IiY"
     "Ee7A",
     "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "oxNQKfQWHSwrMDCRFesOwpNIHayQ_a6mH_zudseaek20orDVlBckPVUthX5UowR7n4lB2lWiNVl7j9JomqaUvA"},
    {"ES384", "p384",
     "eyJhbGciOiJFUzM4NCIsImtpZCI6InAzODQifQ.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsI"
     "m90aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwI"
     "jo0MTAyNDQ0ODAwfQ.o2fuYYyapx_1AKofH1ytczlBWrV-jmG20NGjcGxuBjiBYg00neQGApah8x9mG0kGio_72mjpaRo7PEn2iq"
     "O6MH8SBVxluJ6xfntL5YZfCfQCdUALMaJ_1g2zC3mmSH2J",
     "eyJhbGciOiJFUzM4NCJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "aJmCniMsO2q0GKsWxJUSSJOohCYhVXtt5gJi5Kisb_MabReNfVPAy5bwve_pczz4X4bFbekVD-YX9eMfX5fxdvIzQt8pp8XSHKph"
     "7H-YcPdpCP9HfG0ZLnssqM4QsRV-"},
    {"ES512", "p521",
     "eyJhbGciOiJFUzUxMiIsImtpZCI6InA1MjEifQ.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsI"
     "m90aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwI"
     "jo0MTAyNDQ0ODAwfQ.ABqhA66fVOfJVCKHAfOxVmyJviYoN-jx4oFejLmVMyGKDfctjSu6XWjW_pQXZfsOUmA5-qqRhBPXvFOnGa"
     "8mYWjpANLj4KJf54lKn0pACvnfep9Bb24wLl0tN6_UUXtzF2k2rPnQGa0iTGQcqahnwn_mL0tGFcU5StSYTAnrVvp0Wcxc",
     "eyJhbGciOiJFUzUxMiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "ANqp6VB3o6ymLKnBgeOkLlAQ4gPyzjgEnwhksRo7RysP75RvDSM2359KPxEfms1eQ9SCyh5AID5-NkfXm5W0uw3eAcI1RibpgdmU"
     "Aga3QbyzH6_DFiCSMoB7YWxcyZEHsFsbSDSGCnl7Pd8YL9WLtPm6mLgXWVDuR87lzjXuFUCoTJRj"},
    {"EdDSA", "ed25519",
     "eyJhbGciOiJFZERTQSIsImtpZCI6ImVkMjU1MTkifQ.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hld"
     "CIsIm90aGVyIl0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZ"
     "XhwIjo0MTAyNDQ0ODAwfQ.Kg2OfxBQWgRD0b8b_oVWt_HnUYq4mPCdinAlp5huhbJxY7KhphXfeMWVJl9phSgkNglpz82E4vozZZ"
     "jUCQZuDQ",
     "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
     "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAyNDQ0ODAwfQ."
     "uD-egoKOpG8knHOXVLSh7wlxB9dt1bAthoewphTBMtt_9IVObG3EUd75AwnVGesZjsag5i9MINuDqVbhIhkoAw"},
};

/// Keys rsa, p256, p384, p521, ed25519 and secret, in this order.
inline constexpr std::string_view kJwks =
    "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"k0yV8bSVCGq6PqHOQG2h0Z4RaRm42LDPi_zYoid-1ZW2EYpJJrbRKG8O0htm9S73OFdXe89rv"
    "03PEPA1-Rd-Na00wvHNO1iiaMTeibL6wsbfQ3mP4jdhDZlpIsIJuXeZf75xHk1itr3-BXYOs61P3SqdWdks8S5Ejy3JG-O9UNiYW"
    "QifUHAGddKmLaL3g4g3PTuAdNDorL8rlKz0ttAWPpo6nxRQs81RG3dNVKN5CB_dPGfHoDpQ49pXKB-wLm-PB6uEXUMlWqemWMiUB"
    "B1OI2VFZJMN98z9YzEV8NOOg6DLvgrL_FerQqKNHIX5kgC7_pzH-Fk9AoabDcLuCDftcw\",\"e\":\"AQAB\",\"kid\":\"rsa\"},{\"kty"
    "\":\"EC\",\"x\":\"_zSb90MSFrhrhtidKzUUGtLOyi0r8C89R8wRjrBnRsA\",\"y\":\"XApdqzpLPGm3f14jUU2kg_zNS61vkJYx_rYd_1"
    "113wU\",\"crv\":\"P-256\",\"kid\":\"p256\"},{\"kty\":\"EC\",\"x\":\"PV-KIQgzBO-"
    "UuN6HjyuEknHe57ho4YfDhNpwJ8tmYA3WnrpX"
    "46t_KjDTZzw2OKlf\",\"y\":\"AX8fgTCjvXS1Img-70PkKFpx4ei4NYSpsmpWMeSSQOvb5kLQGQ7BfnShGU9G4lmT\",\"crv\":\"P-38"
    "4\",\"kid\":\"p384\"},{\"kty\":\"EC\",\"x\":\"AHUSwcJ-d3-CdxW8lVEETxQ8iQeOKV06eV-Bf2yG6q96QIk8T_NPkHqf1qLtJOr46b"
    "x-gJPw7jOOT5kc2TyoHnsW\",\"y\":\"AHhF3UmPt1DN1Sy38cI_sqqoUscWRtYt0nmj0X17yOutsJzzoVO56mQg9r8RQmOUGBHEh8k"
    "7ezI7oOCe9nrceo0V\",\"crv\":\"P-521\",\"kid\":\"p521\"},{\"crv\":\"Ed25519\",\"x\":"
    "\"VDDdHboCf2tBdXuE5B5TrqVKaCWWyeA"
    "mTX4IFmRaWlU\",\"kty\":\"OKP\",\"kid\":\"ed25519\"},{\"kty\":\"oct\",\"k\":\"TV8BSYsBWFLmEQ0iwW-YxrZKHLHad5t-"
    "u6e8s0y"
    "fU1talfFtX2FUH6tSbBmba-C5v9on7bnPQeoVBQmolV23VA\",\"kid\":\"secret\"}]}";

/// Entries that cannot be used, each for a reason of its own, and as the last one p256 with its private half.
inline constexpr std::string_view kSkippedJwks =
    "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"-Bj1I52Elt53_rdOBxCTu2vOphVKu5glNdLmIejdFN7fEyY6tEpeHMluShIEAU1-BknB8rtar"
    "FuspoyS4YdJhYRk76MBzWYni8VD7EvpcWoysvYhDAt6ILOxCU_Q3_Otplip-xxwvvUGxSj4cSwZaYQdsvvcdB1Yr68R66VUUv8\","
    "\"e\":\"AQAB\",\"kid\":\"small\"},{\"kty\":\"RSA\",\"n\":\"k0yV8bSVCGq6PqHOQG2h0Z4RaRm42LDPi_zYoid-"
    "1ZW2EYpJJrbRKG8O"
    "0htm9S73OFdXe89rv03PEPA1-Rd-Na00wvHNO1iiaMTeibL6wsbfQ3mP4jdhDZlpIsIJuXeZf75xHk1itr3-BXYOs61P3SqdWdks"
    "8S5Ejy3JG-O9UNiYWQifUHAGddKmLaL3g4g3PTuAdNDorL8rlKz0ttAWPpo6nxRQs81RG3dNVKN5CB_dPGfHoDpQ49pXKB-wLm-P"
    "B6uEXUMlWqemWMiUBB1OI2VFZJMN98z9YzEV8NOOg6DLvgrL_FerQqKNHIX5kgC7_pzH-Fk9AoabDcLuCDftcw\",\"e\":\"AQAB\",\""
    "kid\":\"enc\",\"use\":\"enc\"},{\"kty\":\"RSA\",\"n\":\"k0yV8bSVCGq6PqHOQG2h0Z4RaRm42LDPi_zYoid-1ZW2EYpJJrbRKG8O0h"
    "tm9S73OFdXe89rv03PEPA1-Rd-Na00wvHNO1iiaMTeibL6wsbfQ3mP4jdhDZlpIsIJuXeZf75xHk1itr3-BXYOs61P3SqdWdks8S"
    "5Ejy3JG-O9UNiYWQifUHAGddKmLaL3g4g3PTuAdNDorL8rlKz0ttAWPpo6nxRQs81RG3dNVKN5CB_dPGfHoDpQ49pXKB-wLm-PB6"
    "uEXUMlWqemWMiUBB1OI2VFZJMN98z9YzEV8NOOg6DLvgrL_FerQqKNHIX5kgC7_pzH-Fk9AoabDcLuCDftcw\",\"e\":\"AQAB\",\"ki"
    "d\":\"wrong-alg\",\"alg\":\"ES256\"},{\"kty\":\"RSA\",\"n\":\"k0yV8bSVCGq6PqHOQG2h0Z4RaRm42LDPi_zYoid-1ZW2EYpJJrbR"
    "KG8O0htm9S73OFdXe89rv03PEPA1-Rd-Na00wvHNO1iiaMTeibL6wsbfQ3mP4jdhDZlpIsIJuXeZf75xHk1itr3-BXYOs61P3Sqd"
    "Wdks8S5Ejy3JG-O9UNiYWQifUHAGddKmLaL3g4g3PTuAdNDorL8rlKz0ttAWPpo6nxRQs81RG3dNVKN5CB_dPGfHoDpQ49pXKB-w"
    "Lm-PB6uEXUMlWqemWMiUBB1OI2VFZJMN98z9YzEV8NOOg6DLvgrL_FerQqKNHIX5kgC7_pzH-Fk9AoabDcLuCDftcw\",\"e\":\"AQA"
    "B\",\"kid\":\"wrong-ops\",\"key_ops\":[\"encrypt\"]},{\"kty\":\"EC\",\"x\":\"-toa38d75Ol_acrY7lN7-Fhn7xKVg-71hgI_"
    "VLR"
    "A6M4\",\"y\":\"A8hlfpwKEsFroSacYQ-SV-dhCAWWgGXBpmvInv7fQ2A\",\"crv\":\"secp256k1\",\"kid\":\"secp256k1\"},{"
    "\"kty\":"
    "\"EC\",\"x\":\"_zSb90MSFrhrhtidKzUUGtLOyi0r8C89R8wRjrBnRsA\",\"y\":\"_zSb90MSFrhrhtidKzUUGtLOyi0r8C89R8wRjrBn"
    "RsA\",\"crv\":\"P-256\",\"kid\":\"off-curve\"},{\"crv\":\"X25519\",\"x\":\"2975aikpGBH0Tw_"
    "sC8J69SueyeVvl2RW2i5zVPQi9"
    "B8\",\"kty\":\"OKP\",\"kid\":\"x25519\"},{\"kty\":\"oct\",\"k\":\"c2hvcnQ\",\"kid\":\"short\"},{\"kty\":\"EC\","
    "\"x\":\"_zSb90MSF"
    "rhrhtidKzUUGtLOyi0r8C89R8wRjrBnRsA\",\"y\":\"XApdqzpLPGm3f14jUU2kg_zNS61vkJYx_rYd_1113wU\",\"crv\":\"P-256\","
    "\"d\":\"HurJ5zGacEmIbDZd69aL5E2wGDZbKWxKEP_jLs663Ic\",\"kid\":\"private-half\"}]}";

inline constexpr std::string_view kSecretHex =
    "4d5f01498b015852e6110d22c16f98c6b64a1cb1da779b7ebba7bcb34c9f535b5a95f16d5f61541fab526c199b6be0b9bfda"
    "27edb9cf41ea150509a8955db754";

inline constexpr std::string_view kRsaPem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAk0yV8bSVCGq6PqHOQG2h\n"
    "0Z4RaRm42LDPi/zYoid+1ZW2EYpJJrbRKG8O0htm9S73OFdXe89rv03PEPA1+Rd+\n"
    "Na00wvHNO1iiaMTeibL6wsbfQ3mP4jdhDZlpIsIJuXeZf75xHk1itr3+BXYOs61P\n"
    "3SqdWdks8S5Ejy3JG+O9UNiYWQifUHAGddKmLaL3g4g3PTuAdNDorL8rlKz0ttAW\n"
    "Ppo6nxRQs81RG3dNVKN5CB/dPGfHoDpQ49pXKB+wLm+PB6uEXUMlWqemWMiUBB1O\n"
    "I2VFZJMN98z9YzEV8NOOg6DLvgrL/FerQqKNHIX5kgC7/pzH+Fk9AoabDcLuCDft\n"
    "cwIDAQAB\n"
    "-----END PUBLIC KEY-----\n";

inline constexpr std::string_view kP256Pem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE/zSb90MSFrhrhtidKzUUGtLOyi0r\n"
    "8C89R8wRjrBnRsBcCl2rOks8abd/XiNRTaSD/M1LrW+QljH+th3/XXXfBQ==\n"
    "-----END PUBLIC KEY-----\n";

inline constexpr std::string_view kEd25519Pem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAVDDdHboCf2tBdXuE5B5TrqVKaCWWyeAmTX4IFmRaWlU=\n"
    "-----END PUBLIC KEY-----\n";

/// The key of kRsaPem as BEGIN RSA PUBLIC KEY.
inline constexpr std::string_view kPkcs1Pem =
    "-----BEGIN RSA PUBLIC KEY-----\n"
    "MIIBCgKCAQEAk0yV8bSVCGq6PqHOQG2h0Z4RaRm42LDPi/zYoid+1ZW2EYpJJrbR\n"
    "KG8O0htm9S73OFdXe89rv03PEPA1+Rd+Na00wvHNO1iiaMTeibL6wsbfQ3mP4jdh\n"
    "DZlpIsIJuXeZf75xHk1itr3+BXYOs61P3SqdWdks8S5Ejy3JG+O9UNiYWQifUHAG\n"
    "ddKmLaL3g4g3PTuAdNDorL8rlKz0ttAWPpo6nxRQs81RG3dNVKN5CB/dPGfHoDpQ\n"
    "49pXKB+wLm+PB6uEXUMlWqemWMiUBB1OI2VFZJMN98z9YzEV8NOOg6DLvgrL/Fer\n"
    "QqKNHIX5kgC7/pzH+Fk9AoabDcLuCDftcwIDAQAB\n"
    "-----END RSA PUBLIC KEY-----\n";

inline constexpr std::string_view kSmallRsaPem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQD4GPUjnYSW3nf+t04HEJO7a86m\n"
    "FUq7mCU10uYh6N0U3t8TJjq0Sl4cyW5KEgQBTX4GScHyu1qsW6ymjJLhh0mFhGTv\n"
    "owHNZieLxUPsS+lxajKy9iEMC3ogs7EJT9Df862mWKn7HHC+9QbFKPhxLBlphB2y\n"
    "+9x0HVivrxHrpVRS/wIDAQAB\n"
    "-----END PUBLIC KEY-----\n";

/// ES256 by p256, its signature in DER.
inline constexpr std::string_view kDerSigned =
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
    "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl19.MEUCICKZaeJQ0QEszG7drum0keb6eWDKDdpNsNKwWga2lE"
    "jSAiEA8MTBYztcEhdQmJcwdE4elvljykvVR3jBSU8hIBqybII";

/// PS256 by rsa without a salt.
inline constexpr std::string_view kSaltless =
    "eyJhbGciOiJQUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
    "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl19.aFknBvEakOXzNsICZd1ElmJuXhW3Ko34KMxtajUOo1Ugg8"
    "2OzrNzmrUKLyRifXVq2Spq9l6DgT-IPUB9wafhoSypXV3md0Wvtua05C3VDiaBy38SysrjnpRaEEWJmkcDUp6vNysXpyjl-bat9N"
    "XM_DlKZkLSQDIaAPvd19-z2TLkSJimlTyHDMNmpu3dV--qzLnMT9AONHCSWHae5Jrws7RnswMeOGUm-EzLO9OqxmD7yXI9S6ycmI"
    "Cz14wx1ioFDPDVP3WPbt6w9Tl5GdMsyXcbec5gKAk_XgJSOcVm9hlvlkmOcCJ-RVDncSJr_-derr0Qe7UqR84hBa06nb2ShA";

/// PS256 by rsa, its signature without the zero byte in front.
inline constexpr std::string_view kShortened =
    "eyJhbGciOiJQUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
    "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl19.KtIJqfVSZOIPVCasBW0x91tSFtgiDojjuOuYPQKLGtUTgZ"
    "-yW8wVGxMUBaFq03bFVH6WzC8CoYUd_NjDB73NdlNcTcoJVhI7PpE3PIdVMnmNOr8fDHIFki31vS0xwGAHlwX7I_zvyC95xOWFCB"
    "jAAlnSq3x221xTaJjy2Ud_idOBPSDVt-SfvO7KVRIJqM4boUhIgXhecPNYMIsA4tzTUHk1DLtykcMGvLn97NSGzaRKTtKcAiodYv"
    "bJVZDA2R8kIEAVCcwJIekM_0RxN5Sm7B5417CBgbajyOZAkAfumaiKPDSaNhwY5M1YNv7G2gl0fgA8F825i4MDFtIG49mi";

/// The same with it.
inline constexpr std::string_view kUnshortened =
    "eyJhbGciOiJQUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVyIl0sInN1YiI"
    "6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl19.ACrSCan1UmTiD1QmrAVtMfdbUhbYIg6I47jrmD0CixrVE4"
    "GfslvMFRsTFAWhatN2xVR-lswvAqGFHfzYwwe9zXZTXE3KCVYSOz6RNzyHVTJ5jTq_HwxyBZIt9b0tMcBgB5cF-yP878gvecTlhQ"
    "gYwAJZ0qt8dttcU2iY8tlHf4nTgT0g1bfkn7zuylUSCajOG6FISIF4XnDzWDCLAOLc01B5NQy7cpHDBry5_ezUhs2kSk7SnAIqHW"
    "L2yVWQwNkfJCBAFQnMCSHpDP9EcTeUpuweeNewgYG2o8jmQJAH7pmoijw0mjYcGOTNWDb-xtoJdH4APBfNuYuDAxbSBuPZog";

/// Signed by a stranger whose key is in the header (jwk, jku, x5u).
inline constexpr std::string_view kEmbeddedKey =
    "eyJhbGciOiJSUzI1NiIsImp3ayI6eyJrdHkiOiJSU0EiLCJuIjoiMUhqZU9uZzM2dnhnSzNKVk42bkVWVThHQ19aT0JRYWpOQ1NP"
    "aTV1Z1BTQXZhaThYQXU3SzRWRlpMdkhIdldJeFUtZFdVLVpTTHcwSVl3ZUVFdjhoR1RZdWpjWHQ0SmszQ1ByY2hnX1lWWnMxc3J0"
    "YU54RlJjUkVRelBlc2RCS0w1Y3hfNFBQb2Fwc1dMQ2xGeVJyZEFmVE92c2szUUx6MEViQkI2WTBmeHN3S1JfN0xzVFdoVE5ERFpL"
    "RUxtZkZleWtPU3VQek5OUVhSSV9rUkxtRG5lYUtoT0V6ZmZmY1VmZDNhVk14RlU1QWY4ZVJDNDlWNEh3LWw5QktaamQyQUZvTzg0"
    "ckNjNnc2bGdKYVpWZVNtRnN5a3UzbnlBTjdFMHJaQmVfYkEyNjZITHQ4cG9jc203S0hOTEZTT0RoaW41UDR2eUcyRkpRb0JmeVRX"
    "Y1lDRTNRIiwiZSI6IkFRQUIifSwiamt1IjoiaHR0cHM6Ly9ldmlsLmV4YW1wbGUvandrcy5qc29uIiwieDV1IjoiaHR0cHM6Ly9l"
    "dmlsLmV4YW1wbGUvY2hhaW4ucGVtIn0.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiZnJlc2hldCIsIm90aGVy"
    "Il0sInN1YiI6IjQyIiwiY2hhbm5lbHMiOlsibmV3cyIsInByb2plY3Q6NzoqIl0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjo0MTAy"
    "NDQ0ODAwfQ.SrUK7WtL2tv1zuU7KMr7LmOfhC5gmM-NHQJinFbBH0OukuB0meYjDekIBY7fS_ljkkn1in_dhaLKUTnMhrBUw1d9Z"
    "lDaFMf8m4IqDfV1oyJvQpQ1HRa1_SloeuXXyTlKRpbzmwboa5rkg42VjT4kVgPwT12ICMyOaFjWQPi4b6S3sU-qDM_pef52OR02q"
    "rWT1UM1x4O9G4BI1eMYlDmYtg0KDGprZ0T-pZoBjkFJpdgSDaFOGhBPFoDnjxc315oH1-jaqAwkvPfOavMcqU65cja00xm7w7WLC"
    "Eeg4igRUshMjH-g7OGS7UAYkgbQ9jdEbukYRdOHPzU2HCL_qvKTug";

}  // namespace freshet::fixtures
