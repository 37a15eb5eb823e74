# The project's image: webserver, daemon and code location all run it. Packages come from the hash
# lock, in a layer of their own that only a change of the lock builds anew. Two stages build; what
# they need to do so, pip included, stays behind.
ARG PYTHON_IMAGE=python:3.13-slim
FROM ${PYTHON_IMAGE} AS packages
RUN python -m venv --without-pip /opt/python
COPY requirements-server.lock /build/
# Left out, a fifth of them: what these packages test themselves with, sources of what is compiled, maps
# of minified JavaScript, clients that nothing here calls (Google's old ones, Kubernetes's asynchronous
# one, Arrow's for Flight and S3, Hugging Face's for downloads), second and third copies of Arrow's
# libraries, which wheels have in place of links, and how numbers and dates are written in other
# languages than English.
RUN python -m pip --disable-pip-version-check --python /opt/python/bin/python install \
        --no-cache-dir --no-deps --require-hashes --requirement /build/requirements-server.lock \
 && cd /opt/python/lib/python3*/site-packages \
 && rm -rf pyarrow/include googleapiclient/discovery_cache/documents kubernetes/aio \
        pyarrow/*flight* pyarrow/*s3* pyarrow/libarrow*.so pyarrow/libarrow*.so.*.*.* hf_xet* \
 && find babel/locale-data -type f ! -name 'en*' ! -name root.dat -delete \
 && find . -type d -name tests -prune -exec rm -r {} + \
 && find . -type f -regex '.*\.\(c\|cc\|cpp\|h\|pyx\|pxd\|pyi\|map\)' -delete

FROM packages AS project
COPY pyproject.toml setup.py dagster.yaml workspace.yaml README.md LICENSE /build/
COPY docs/*.md /build/docs/
COPY taxi_assets /build/taxi_assets
RUN python -m pip --disable-pip-version-check --python /opt/python/bin/python install \
        --no-deps --no-build-isolation --no-cache-dir --target /opt/taxi_assets /build
COPY deploy/instance.py deploy/instance/*.yaml /build/instance/
RUN for way in server containers; do \
        mkdir -p "/opt/dagster/$way/storage" \
     && /opt/python/bin/python /build/instance/instance.py \
            /build/dagster.yaml "/build/instance/$way.yaml" > "/opt/dagster/$way/dagster.yaml" \
     || exit 1; \
    done

FROM ${PYTHON_IMAGE}
RUN groupadd --gid 10001 taxi \
 && useradd --uid 10001 --gid taxi --no-create-home --home-dir /data --shell /usr/sbin/nologin taxi \
 && install --directory --owner taxi --group taxi /data \
 && install --directory --owner taxi --group taxi --mode 700 /credentials /code-credentials
COPY --from=packages /opt/python /opt/python
COPY --from=project /opt/taxi_assets /opt/taxi_assets
COPY --from=project --chown=10001:10001 /opt/dagster /opt/dagster
COPY deploy/prepare.py deploy/workspace.yaml /opt/deploy/
ENV PATH=/opt/python/bin:/opt/taxi_assets/bin:$PATH \
    PYTHONPATH=/opt/taxi_assets \
    PYTHONUNBUFFERED=1 \
    DAGSTER_HOME=/opt/dagster/server \
    TAXI_DATA_DIR=/data
USER 10001:10001
WORKDIR /data
CMD ["python", "-m", "taxi_assets.automation.code_server", "--host", "0.0.0.0", "--port", "4000"]
