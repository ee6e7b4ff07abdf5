# docs/deploy/docker.md
ARG NODE=24-bookworm-slim

FROM node:${NODE} AS build
WORKDIR /gatherly
COPY package.json package-lock.json ./
# What building needs is among the production dependencies; nothing needs an install script.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build && rm -rf .next/cache

FROM node:${NODE}
WORKDIR /gatherly
COPY --from=build /gatherly/node_modules node_modules
COPY --from=build /gatherly/package.json /gatherly/next.config.mjs ./
COPY --from=build /gatherly/public public
COPY --from=build /gatherly/lib/build lib/build
COPY --from=build /gatherly/.next .next
COPY --from=build /gatherly/dist dist
ENV NODE_ENV=production PORT=5000 DATA_DIR=/data
# A volume that is new takes over whose this is; a directory of the host has to be given to user 1000.
RUN install -d -o node -g node -m 700 /data
VOLUME /data
USER node
EXPOSE 5000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/api/v1/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Not by npm, which would not pass SIGTERM on.
CMD ["node", "--max-semi-space-size=32", "lib/build/start.mjs"]
