"""One witness of all that arises while checks look at the site, and the walk to every address."""
