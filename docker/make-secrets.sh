#!/bin/sh
# Make every secret of the city profile, once: `sh docker/make-secrets.sh broker.example.go.id`
# (the name under which nodes reach the broker). What exists is left alone, so a second run only adds what is missing.
# A node's certificate: `sh docker/make-secrets.sh broker.example.go.id jog-gauge-01`
set -eu
umask 022

broker=${1:-}
node=${2:-}
case $broker in
"" | *[!A-Za-z0-9.:-]*)
	echo "Usage: sh docker/make-secrets.sh BROKER_HOST [NODE]   (BROKER_HOST: the name nodes connect to)" >&2
	exit 2
	;;
esac
case $node in
*[!a-z0-9-]* | -* | *-)
	echo "$node cannot be a node's name: lower-case letters, digits and single hyphens only" >&2
	exit 2
	;;
esac
case $node in
ca | broker | ingest | alerts)
	# The broker knows a party by this name alone: such a node would have a service's rights.
	echo "$node is a service's name and cannot be a node's" >&2
	exit 2
	;;
esac
command -v openssl >/dev/null || {
	echo "openssl is missing; on Debian: apt-get install openssl" >&2
	exit 1
}

# The folder keeps others out. The files in it can be read by the users inside the containers, whose numbers differ.
folder=${SECRETS_FOLDER:-$(dirname "$0")/secrets}
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"

password() {
	[ -s "$1" ] || openssl rand -hex 32 >"$1"
}

request_and_sign() { # name, subject, extensions, days
	[ -s "$1.crt" ] && return
	openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"
	chmod 644 "$1.key"
	openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
	printf '%s\n' "$3" >"$1.ext"
	openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days "$4" -extfile "$1.ext" -out "$1.crt" 2>/dev/null
	rm -f "$1.csr" "$1.ext"
}

if [ ! -s ca.crt ]; then
	openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca.key
	chmod 600 ca.key
	openssl req -x509 -new -key ca.key -days 3650 -subj "/CN=Siaga city CA" \
		-addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" -out ca.crt
fi

client="basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=clientAuth"
case $broker in
*[!0-9.]*) also="DNS:$broker" ;;
*) also="IP:$broker" ;;
esac
request_and_sign broker "/CN=$broker" "basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
subjectAltName=DNS:broker,$also" 825
for service in ingest alerts; do
	request_and_sign "$service" "/CN=$service" "$client" 825
done
if [ -n "$node" ]; then
	request_and_sign "$node" "/CN=$node" "$client" 90
	chmod 600 "$node.key"
fi

password postgres_password
password influx_admin_password
password grafana_admin_password
password readings_token
# Grafana starts with the same token; docs/city-profile.md says how to give it one that can only read.
[ -s boards_token ] || cp readings_token boards_token
echo "Secrets are in $(pwd)"
