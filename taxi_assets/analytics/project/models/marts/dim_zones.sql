{{ config(materialized='kept_view') }}
-- The taxi zones. The join of a trip with them loses none: 264 and 265 stand for unknown places.
SELECT
    LocationID AS location_id,
    Borough AS borough, -- noqa: AL09
    Zone AS zone, -- noqa: AL09
    service_zone
FROM {{ merged('zones') }}
