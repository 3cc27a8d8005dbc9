#!/bin/sh
# Make every secret of the city profile, once: `sh docker/make-secrets.sh broker.example.go.id`
# (the name under which nodes reach the broker). What exists is left alone, so a second run only adds what is missing.
# Nodes' certificates, too: `sh docker/make-secrets.sh broker.example.go.id jog-gauge-01 jog-gauge-02`
# It is `siaga secrets make`, by the installation that is here, or else by the image of docker-compose.yml.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
folder=${SECRETS_FOLDER:-$here/docker/secrets}
if [ $# -eq 0 ]; then
	echo "Usage: sh docker/make-secrets.sh BROKER_HOST [NODE …]   (BROKER_HOST: the name nodes connect to)" >&2
	exit 2
fi
if [ -z "${SIAGA_CITY:-}" ] && [ -r "$here/.env" ]; then
	SIAGA_CITY=$(sed -n 's/^SIAGA_CITY=//p' "$here/.env")
fi
export SIAGA_CITY="${SIAGA_CITY:-yogyakarta}"

for siaga in "$here/.venv/bin/siaga" "$(command -v siaga || true)"; do
	if [ -x "$siaga" ]; then
		exec "$siaga" secrets make --folder "$folder" -- "$@"
	fi
done
command -v docker >/dev/null || {
	echo "neither siaga nor docker is here; \`make setup\` installs Siaga into .venv" >&2
	exit 1
}
docker image inspect siaga:0.1.0 >/dev/null 2>&1 || docker build --quiet --tag siaga:0.1.0 --target city --file "$here/docker/Dockerfile" "$here" >/dev/null
mkdir -p "$folder"
exec docker run --rm --network none --user "$(id -u):$(id -g)" --env SIAGA_CITY \
	--volume "$folder:/secrets" siaga:0.1.0 secrets make --folder /secrets -- "$@"
