SELECT LocationID, Borough, Zone
FROM public.zones
