CREATE OR REPLACE TABLE average_price_by_brand AS
SELECT
    brand,
    round(avg(TRY_CAST(price AS DOUBLE)), 2) AS avg_price
FROM products
GROUP BY brand
ORDER BY avg_price DESC NULLS LAST, brand
