#!/bin/sh
# The real servers the tests talk to, from Debian's packages. Without root nothing is installed, and a test that
# misses its server says so in the summary.
set -eu
want=""
command -v mosquitto >/dev/null 2>&1 || [ -x /usr/sbin/mosquitto ] || want="$want mosquitto"
command -v influxd >/dev/null 2>&1 || want="$want influxdb"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || want="$want postgresql"
command -v chromium >/dev/null 2>&1 || want="$want chromium"
for program in nft:nftables tc:iproute2; do
    command -v "${program%%:*}" >/dev/null 2>&1 || [ -x "/usr/sbin/${program%%:*}" ] || [ -x "/sbin/${program%%:*}" ] \
        || want="$want ${program#*:}"
done
command -v kamailio >/dev/null 2>&1 || [ -x /usr/sbin/kamailio ] || want="$want kamailio"
ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || want="$want faketime"
command -v openssl >/dev/null 2>&1 || want="$want openssl"
[ -n "$want" ] || exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Not installed (needs root and apt-get):$want. Tests that need them are skipped and say so." >&2
    exit 0
fi
echo "Installing test servers:$want …"
export DEBIAN_FRONTEND=noninteractive
# No daemon is to start by itself: the tests start their own.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' > "$policy" && chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
fi
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $want > /dev/null
