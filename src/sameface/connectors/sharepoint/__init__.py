"""SharePoint Online: the thumbnails of User Photos and the profile that shows them."""
