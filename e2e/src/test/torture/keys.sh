# Keys, signatures and ciphers; each is undone again.
set -e
rm -rf keys && mkdir keys && cd keys
seq 1 5000 >text
for kind in 'RSA -pkeyopt rsa_keygen_bits:1024' 'EC -pkeyopt ec_paramgen_curve:P-256' ED25519; do
    openssl genpkey -quiet -algorithm $kind -out key 2>/dev/null || openssl genpkey -algorithm $kind -out key 2>/dev/null
    openssl pkey -in key -pubout -out public
    openssl dgst -sha256 text >hash
    openssl pkeyutl -sign -inkey key -rawin -in hash -out signature
    openssl pkeyutl -verify -pubin -inkey public -rawin -in hash -sigfile signature
done
for cipher in aes-256-cbc chacha20 camellia-128-ctr; do
    openssl enc -$cipher -pbkdf2 -k secret -in text | openssl enc -d -$cipher -pbkdf2 -k secret | cmp - text && echo $cipher
done
openssl dgst -sha3-256 text
openssl prime -generate -bits 128 >prime && openssl prime "$(cat prime)" | grep -o 'is prime'
exit 4
