SELECT LocationID, Borough, Zone
FROM $zones
