/* SPDX-License-Identifier: ISC */
/*
 * Keys made for the tests with openssl; nothing else was ever signed with them.
 */
#ifndef KEYS_H
#define KEYS_H

/* An RSA key of 2,048 bits, in PKCS #1 and in PKCS #8. */
#define KEY_PKCS1                                                            \
	"-----BEGIN RSA PRIVATE KEY-----\n"                                  \
	"MIIEowIBAAKCAQEAy7a3Q1o924MQivlGshZGaQYlCMOQei/NcgNZRLabKvcbJs1P\n" \
	"FuG6/CPIYQM11rU5+vItU3FEToc8EJf4Lr5f1QBUemYqPhQoGdu3Yp7+RhlndCO3\n" \
	"cQhOE6VTCRYvRhUtx7LelyU66qoaDA48jeM38VfpqopdGgLaq6IDTZNNee5ci8Hs\n" \
	"/OhP3vL0fPH3Jav1cywbisSCQGi08rCF7N0+/3LYhB4p0GfkfUxTB3KkDfUdVrLZ\n" \
	"f4z7VqLIx1fux/8b7V3f/KAc++e7O5tqhV5IjT5Rq9QLL1seq+AHG6FnboXr6X4T\n" \
	"mOuck8ZbdpWHOwl/1PqzdasmbKCNeo9T0axh+QIDAQABAoIBAAJwEA7cBlf5YEoN\n" \
	"dBle91473tcVQgYYStjVreyK094GgXpsJAllz59DTVtN1sfYONamLcEtHpBjAWbA\n" \
	"bs2eZRavL5OcY96EzrsKfE4PkYLkvG5xG/mcDBUjmhQGgi/QQpE8dHnyDduvh+rD\n" \
	"g9l90dZPQ0JRcA5G4PeDU49K1zdBi7zrpUaoVYzP3331fU41O7tuDfk5NX2oq0hG\n" \
	"VonWM90kV3PnSnkDypycz+fy5NOT4Tt5CyifEPBLVaDvUXCd0yEzzp8srX+Gu0SZ\n" \
	"ZG3U7VYzsbYQhbbdPhaASgSzs1iHO7qxN/Cb37VhSAscRs5P7Fqg3Ky8JltsD63A\n" \
	"09ExIdUCgYEA7qruTngsDiL9H17u3ss20E0W+cOgTMOB4PQVAgk3h+59g4wTYpmf\n" \
	"K9xpzlSzNIUuRR1sKTruOaJ7U8vHZUuNx3mKa443FMNzbdJwan8vWsCDqDpB81X+\n" \
	"HebgA8tnbDZwq+wU/qoKoHNHWFoxKtXR85PvBb+5Nt2e5JQpBTL7I00CgYEA2oH0\n" \
	"xNsz0wclJY37gEF5KdQjMyakq177P7vQYCuLst+Z0ekHTzvrsGri1rWWdf2R8abI\n" \
	"pR2e0ZS6X8I2ZxHHLmo3j9trqzQ3p3pqj/yZx1IlWaEnGPJuPNWGVMJ8ZL5M0lW5\n" \
	"1EaA6XAQ3kKPo8WuzXDg0VdWsJ3Nzn/mUy79S10CgYEAx9byIVw4L0IWxhy8UGrB\n" \
	"o9rYwRuPbpdJee2GZaUIDVahW/N/C9Fr2NL++Rgs0W4ulwqS1VcVv8aQE1MOy39e\n" \
	"4MahI3v6HPWnAi7xmAqUwR1vX/4f2LuJQspdim/XUmGnKB1OWwpQSZcdBxrGDoLp\n" \
	"AFY/DoZBdHJPKD/ytPrCFAUCgYBtzWJXziNjxzJmhcu9bqlZWK37lU6og0lUhKe4\n" \
	"vAkucOiWMDipG15bv8qPxJ6AWlUNjxdCyfi2LrvdRPYbozZpX5zeIJAhb1MMSRrl\n" \
	"kjUgkWoNeUrxYVn+Hfqr+zORWIO4KrYAMxGyvMrtNZuC2+L0f+WprO72P8ZdH655\n" \
	"XKKSTQKBgF8X6XBgOpGB+S5boPif48zCRlFnJWvKqFZ9TE27GuY0LemQ0KNiaBft\n" \
	"EmpU1RoRelIZ9eCtQbfmvyrFjgRbh9YfDPIzUzsF27NKzL0dg0zy7F3b1dzaasqM\n" \
	"GvhuXvtZhvwOSW8aWMZmJ3fopOtBK+AbwEvJ43JNdUm6cdcHztJD\n"             \
	"-----END RSA PRIVATE KEY-----\n"

#define KEY_PKCS8                                                            \
	"-----BEGIN PRIVATE KEY-----\n"                                      \
	"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDLtrdDWj3bgxCK\n" \
	"+UayFkZpBiUIw5B6L81yA1lEtpsq9xsmzU8W4br8I8hhAzXWtTn68i1TcUROhzwQ\n" \
	"l/guvl/VAFR6Zio+FCgZ27dinv5GGWd0I7dxCE4TpVMJFi9GFS3Hst6XJTrqqhoM\n" \
	"DjyN4zfxV+mqil0aAtqrogNNk0157lyLwez86E/e8vR88fclq/VzLBuKxIJAaLTy\n" \
	"sIXs3T7/ctiEHinQZ+R9TFMHcqQN9R1Wstl/jPtWosjHV+7H/xvtXd/8oBz757s7\n" \
	"m2qFXkiNPlGr1AsvWx6r4AcboWduhevpfhOY65yTxlt2lYc7CX/U+rN1qyZsoI16\n" \
	"j1PRrGH5AgMBAAECggEAAnAQDtwGV/lgSg10GV73Xjve1xVCBhhK2NWt7IrT3gaB\n" \
	"emwkCWXPn0NNW03Wx9g41qYtwS0ekGMBZsBuzZ5lFq8vk5xj3oTOuwp8Tg+RguS8\n" \
	"bnEb+ZwMFSOaFAaCL9BCkTx0efIN26+H6sOD2X3R1k9DQlFwDkbg94NTj0rXN0GL\n" \
	"vOulRqhVjM/fffV9TjU7u24N+Tk1fairSEZWidYz3SRXc+dKeQPKnJzP5/Lk05Ph\n" \
	"O3kLKJ8Q8EtVoO9RcJ3TITPOnyytf4a7RJlkbdTtVjOxthCFtt0+FoBKBLOzWIc7\n" \
	"urE38JvftWFICxxGzk/sWqDcrLwmW2wPrcDT0TEh1QKBgQDuqu5OeCwOIv0fXu7e\n" \
	"yzbQTRb5w6BMw4Hg9BUCCTeH7n2DjBNimZ8r3GnOVLM0hS5FHWwpOu45ontTy8dl\n" \
	"S43HeYprjjcUw3Nt0nBqfy9awIOoOkHzVf4d5uADy2dsNnCr7BT+qgqgc0dYWjEq\n" \
	"1dHzk+8Fv7k23Z7klCkFMvsjTQKBgQDagfTE2zPTByUljfuAQXkp1CMzJqSrXvs/\n" \
	"u9BgK4uy35nR6QdPO+uwauLWtZZ1/ZHxpsilHZ7RlLpfwjZnEccuajeP22urNDen\n" \
	"emqP/JnHUiVZoScY8m481YZUwnxkvkzSVbnURoDpcBDeQo+jxa7NcODRV1awnc3O\n" \
	"f+ZTLv1LXQKBgQDH1vIhXDgvQhbGHLxQasGj2tjBG49ul0l57YZlpQgNVqFb838L\n" \
	"0WvY0v75GCzRbi6XCpLVVxW/xpATUw7Lf17gxqEje/oc9acCLvGYCpTBHW9f/h/Y\n" \
	"u4lCyl2Kb9dSYacoHU5bClBJlx0HGsYOgukAVj8OhkF0ck8oP/K0+sIUBQKBgG3N\n" \
	"YlfOI2PHMmaFy71uqVlYrfuVTqiDSVSEp7i8CS5w6JYwOKkbXlu/yo/EnoBaVQ2P\n" \
	"F0LJ+LYuu91E9hujNmlfnN4gkCFvUwxJGuWSNSCRag15SvFhWf4d+qv7M5FYg7gq\n" \
	"tgAzEbK8yu01m4Lb4vR/5ams7vY/xl0frnlcopJNAoGAXxfpcGA6kYH5Llug+J/j\n" \
	"zMJGUWcla8qoVn1MTbsa5jQt6ZDQo2JoF+0SalTVGhF6Uhn14K1Bt+a/KsWOBFuH\n" \
	"1h8M8jNTOwXbs0rMvR2DTPLsXdvV3Npqyowa+G5e+1mG/A5JbxpYxmYnd+ik60Er\n" \
	"4BvAS8njck11Sbpx1wfO0kM=\n"                                         \
	"-----END PRIVATE KEY-----\n"

/* The same, encrypted. */
#define KEY_ENCRYPTED_PKCS1                                                  \
	"-----BEGIN RSA PRIVATE KEY-----\n"                                  \
	"Proc-Type: 4,ENCRYPTED\n"                                           \
	"DEK-Info: AES-128-CBC,D506B62CA2E6E43658BC112E201DDBAA\n"           \
	"\n"                                                                 \
	"I3v3hRopPcVnQIdxF8jj+qOYQkBiw4/9ZJcoXoFob562j4hDo/QAny89Jn9hab66\n" \
	"MO7SYl2FlmO1iE1VII24s+uRTudclnWJn7Zjy21QTuhZ440cflNJfWS/JxNhtKt8\n" \
	"OdniIX9vqfqm1sbtmy6ZqE42ANmlod9yvLfAdlWF/q52ianEB2r3ACy+Z8l4Idg1\n" \
	"ng4pHSZ0+hYyYiMxXFRUs3hyngYOGtQJ14ooDBp3PZrdvEMee+yrWnuJ0p97g3Dn\n" \
	"elfUcs4X+o4ozE92csLnAL1DWRM7VUHB97p+eFK+bvuGWn0E9LIj0Z8TquOyD+29\n" \
	"vv/u2O6kqPyXHb2oZbv/5Quo3Yu0xa3FG4FDlLP+CsRfGe82aaHBQljaCcHo3vPH\n" \
	"qa8d8GIymx1rpOFUyjxlMAjO7kJVHQI+Wj258WafPuZiQM4rq7Gd/eOUCkuNBSv9\n" \
	"wLGrdr18gRvSluCXTfpNsIydax1IfxtLP6TrYtGU2FhQL6l16JK78555+piv3fZC\n" \
	"lC2YNUd95GEpfTxI3gAHJ8oiSEGFV8qClVNTvweKYWqKtvjHGfLCBCGLRGAb2Upe\n" \
	"72ldinWyL9K0f+mF5zmXPvTSSS707l68i/6y5NAjJd/P9rQpl99cCBZAYZ5eHrG7\n" \
	"796UknZ/ewJMifaIF6zj1C30UjCXzmNNW3kDnL6p3THIMSOW9fbAvE0VBQy7GlNp\n" \
	"ipa2igWJ24QbHsyf5DKVGr1jsRuT63kABzgPl4Iv4JN5WKWJoPoALyosH+WQSOGP\n" \
	"dNjbVMWFqT8sOclwh71FowK8NJ5c3RFVvLkhyFLWGRw/LsxbbkmeUK0+UBrF/ckE\n" \
	"WxRz4Ndt0h0PdrapjSKTwsmivA1QYOLGftUwVgA6uBU0/aOJ8iJ+wvFFJ03qsHJv\n" \
	"NIeUm2otpB6i9ZNy1+gedvpb79YjCQobFIEqFZqYJgQUkKOIa47OO7u0KnpwRc8T\n" \
	"eOAmhKhVsVb2Cemb4q2jR1rz9evCA2TRsw0xrvsg/8XCOFYDj/YH/e+LsYEieIG5\n" \
	"rR3l3o0OjV4hmmuCojDnp71xHs+3YWqKwcoO8roaItewQIQB/q+f073hGKZhqtlA\n" \
	"K6+5JwrHAdiMyOM8VIlAom2WC6QA/w1nm+M2t7n6c2Pn2cX6mCumCk7JWkMjdEPq\n" \
	"C4US1EEF7T93uArHFJudl53qthSqNWkSc7L3MWDV5bBWqRyFIL9SyRHL75hjf1aR\n" \
	"8AvB1xvo/PUqeyVxm3OnXfn9+Q5QGOarJDTVG1dD9WSja5LtAcz1uzv3owSkIX7q\n" \
	"e2ySId/nZHrFBc3ADaW2Vdz9vIeKiNk9Wc/yE/xzUXWceqekzq8v6sYoZGJdYXuj\n" \
	"cri5CCbSEoZLrERfbgML/uT33w8yf/hvvo1hyKhGW+VTSsdcJ5fLUJPgeGAP1Api\n" \
	"VvbcT1Xe8WSus36ET9blNcZaMfv++4nTUZvoc7M0E6b6m3hz0Ep1wBR3IY9OSNLF\n" \
	"q55/RWd8JPHIPT2FA0LGrC5NGTOtiT8Mp13N5AabJDfD3dzu6Tsac3ptbL+x2LKd\n" \
	"oEi3W8lDzZ3JsDZH8OcsyYisNlAI7JbO4drUaNSA8sC0yWBlJys8L9BkS+fhiRrP\n" \
	"-----END RSA PRIVATE KEY-----\n"

#define KEY_ENCRYPTED_PKCS8                                                  \
	"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"                            \
	"MIIFLTBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQItEvblgjiigwCAggA\n" \
	"MAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBCS8PjCa5hPkpzx62CpiCXJBIIE\n" \
	"0KarGFnpN5oIUdb/zlroNF+5yP8VyO3yoiVRCrde72uaZTjDsg3QhSGdAc15v8DA\n" \
	"lVcF0akbZoHgrdr9iCZh3FncI9vAtPtWrxYgouaz7mjJLTMsAvcy2o3jtq6S83vB\n" \
	"qAfa7eE12iDgoBtWVrXI6U4DDGcupK6pq/h5Fgn6ZYiaNT8qQo4iyM2ndYXszXii\n" \
	"wZWuCQ7jFYzpv5HpS05/5ZNy1hunHpC++JupLYFMg60Q+t+bCppgl6eniyXGwNRE\n" \
	"aBynJUY6Y/qsj2L8yepL0DpUFhiHIE3J8p5WPMMYemroNX7ZE6xutlBmsPOcAI+f\n" \
	"e2jy4Sh4XkuGUzLxDxcoJpBA0w5O+AtATyVlB3/eLMvP7VrgHXao82WgScB6uHf5\n" \
	"TmYYXEmCPxpo00SVlDGVJGsaaSSgfIO77w+B/DPp+aHXIa2rabzohPn8UJg0sL6P\n" \
	"3IT7LiP57Z820b7Ibx63GhqQN16vFwLOJGjVyuavD1NWeW3CCaTVrqGUHq3aFULj\n" \
	"1X0LS90RXZIFu0UGaxoUGGqn1XryX057Lwtv0vdTDTX2DRRrxuK8+riuh5JR8uqC\n" \
	"Ew9eyuzJ92Uw/EbGy9USDmBd5/faqDw+N7CZvosdYgp3tTI1Rrpmj3+ss1gWn4H3\n" \
	"+0eNnavZG/ll4IKKzdcQsebXVC0Oey81xFx0iZ6gGf7zH9xMjrN08b/+lHq29Ci8\n" \
	"5xzcmcttX1zIeN/C+YlqGU3oWzD0i7cE4y0pW2xNeDrEUtaMKJzHq1ZblpGEhy+L\n" \
	"Nc6tBZlefeJKs/NEucAJk2NXFwhKo7jtIxNFdmf62P+MiXEfAag0+43G41DT6MmV\n" \
	"IV2dUExeY7Vb5RsvwPjiyNOyqQOfarZwG93DQpFmHlvncCtU6gdlUT0K3ctBeS4r\n" \
	"YtQJAX+ynedGqr2u2zH2Asuy88CgvcPUPR0C2lYcWPsMJVi0v5IfuOqq5+3pSoKW\n" \
	"Fci+2gRuH9useXebrcYEjtrhgEVcXBIRZZDO4fwz8RJolUk02FMT+EdHnS9YIM/V\n" \
	"CLh3Z7Q2GRMoNI1x8lYKpyCNd4TdogbsVcNfCGM0od/oFz09Exmt6jEXWGSLf66d\n" \
	"o/UU0gbFpyCjGyOl8ScZWqHT1TligBMXdsMSDdWlHlXNi1xyLn1RCE9QbDg6WqpC\n" \
	"6TFTAtBcvDPd0GPEYIRGRmh3Tbj0j+NFgIERS1Xam6tK7eyC5+EomQdcKhvoxUGv\n" \
	"wi0X6duBDNIVCn4OVOF7uXJVj2raA9ubYaKOaftyAiJG0LS5o3BUl/a3xFcGM8Uc\n" \
	"3Jaqf3sBpmhhR+QxSF4ztkJEl6fZ3SBJvutYZvurBuld53NQkM0E5mGZWWhfo/F7\n" \
	"oINcq1qT3+HSRPRHMpgHdvdeISUnhQOVlDsC35vMLyq6DPbOB/+WoaljVZGuLOF7\n" \
	"Vqb9pv93UIC5srcjqGnFUT/vgTPv7Crym4QiGVCDOLd29vL3gszancIMZ6dY/3rU\n" \
	"MYfmaQ8t22+oPDknUEVVinFLv6I2bjkDkEzFp709JKGPqBLE3EY73HWQi+1YC4Wx\n" \
	"bQZnYTXsdZGgo9LUGgP9bhGrBidgi4bz8Ck3seSGb4oNJo9Iu4tL98XqmahpBys8\n" \
	"V9wsseXU5pcKmTzojqiYuwLZmsOdoZzp8kgrm+HYC+Oy\n"                     \
	"-----END ENCRYPTED PRIVATE KEY-----\n"

/* Keys of other kinds: P-256 and Ed25519. */
#define KEY_EC                                                               \
	"-----BEGIN EC PARAMETERS-----\n"                                    \
	"BggqhkjOPQMBBw==\n"                                                 \
	"-----END EC PARAMETERS-----\n"                                      \
	"-----BEGIN EC PRIVATE KEY-----\n"                                   \
	"MHcCAQEEILSQMqB21y61CBGI3DoYZmj2fvcTxUXlW3BtV0C6N+KzoAoGCCqGSM49\n" \
	"AwEHoUQDQgAELzlI0fzC5N7YfOSLZpXr5wl2ZJ9fb5aR5R49aOhaPW++F64kt9qp\n" \
	"6gIhXgeiGm8dfL8wZNLYgb2QeHP8ksstfQ==\n"                             \
	"-----END EC PRIVATE KEY-----\n"

#define KEY_EC_PKCS8                                                         \
	"-----BEGIN PRIVATE KEY-----\n"                                      \
	"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgtJAyoHbXLrUIEYjc\n" \
	"OhhmaPZ+9xPFReVbcG1XQLo34rOhRANCAAQvOUjR/MLk3th85ItmlevnCXZkn19v\n" \
	"lpHlHj1o6Fo9b74XriS32qnqAiFeB6Iabx18vzBk0tiBvZB4c/ySyy19\n"         \
	"-----END PRIVATE KEY-----\n"

#define KEY_ED25519                                                          \
	"-----BEGIN PRIVATE KEY-----\n"                                      \
	"MC4CAQAwBQYDK2VwBCIEIPXD2sdJbYsqgQeLFA0C6dABH2sV5llDcqrIVyFo+cPZ\n" \
	"-----END PRIVATE KEY-----\n"

/* What openssl signs "header.payload" with, by RS256, in base64. */
#define KEY_SIGNATURE                                                      \
	"b8ZrdRPjwRjhyes7xbeVf/KiT8+rAbVfjJuVT7ZnkJ0yPMtLFDlrBWFOqruxn6Pd" \
	"u6kHm8gJURD1uXyHmbRY2MTwl4EQe4zVg2uAmVg9FxeoLlb/CZQ09pZNXztjiPua" \
	"EAXqtrYJU0mnCjzzEk3jIO0px7XebUDHESWfzGaT2Bu2UGhzFWvt2Afie/5K5F+Z" \
	"Ilqbiv/Kgjt+aOVLk71WeQE+HNCPo9LjOSqAZkhcWfGNAkrJP1O9jXrmv/ToIRO9" \
	"hF5Tj8IOQ8ppz4pFZCVq+Dc/Ev6fVbOGVce0EbQuGz9djALp/jT60yk8OdONqk4x" \
	"M+hkJuoandmeb8IsTZX+yA=="

#endif
