-- Files are nearly in the order of pickups, so that some kilobytes of block ranges find a day as
-- well as a B-tree of 20 MB a million rows would, for a hundredth of the load's time. Real months
-- hold a few pickups years away: several ranges per block keep those from widening all others.
CREATE INDEX $name ON $table USING brin ($pickup timestamp_minmax_multi_ops)
