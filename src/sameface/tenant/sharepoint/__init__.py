"""SharePoint Online: user profiles, User Photos, people search and the people picker."""
