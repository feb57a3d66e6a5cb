<?cs # tools.cs: tools, triggers, models and extensions as cards, by kind.
  Reads, besides layout.cs:
    Search.Url, Search.Query, Refused.*    as data_sources.cs
    Search.Kind                    enum(tool|trigger|model|extension), optional  what alone is shown
    Search.Count                   int             how many are shown
    Search.Some                    bool            there are providers of these kinds at all
    Kinds.N.Label                  text            the filter: "All", "Tools", …
    Kinds.N.Value                  enum(tool|trigger|model|extension), optional  absent = all
    Kinds.N.Count                  int             how many match
    Kinds.N.Current                bool
    Groups.N.Kind                  enum(tool|trigger|model|extension)
    Groups.N.Label                 text
    Groups.N.Count                 int
    Groups.N.Providers.M.*         as Providers.N of data_sources.cs
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs include!"part_provider.cs" ?><?cs
call:page_head({{nav.tools}}) ?><?cs call:app_open() ?>
<div class="page-head">
  <h1>{{nav.tools}}</h1>
  <p class="lede">{{tools.lede}}</p>
  <?cs call:provider_search({{tools.search}}) ?>
</div>
<?cs call:provider_refused("provider") ?>
<?cs if:Search.Some ?>
<form class="kinds" method="get" action="<?cs var:Search.Url ?>" aria-label="{{tools.kind}}">
  <?cs if:?Search.Query ?><input type="hidden" name="q" value="<?cs var:Search.Query ?>"><?cs /if ?>
  <?cs each:kind = Kinds ?><button type="submit"<?cs if:?kind.Value ?> name="kind" value="<?cs var:kind.Value ?>"<?cs /if ?><?cs if:kind.Current ?> aria-current="true"<?cs /if ?>><?cs var:kind.Label ?> <span class="count"><?cs var:kind.Count ?></span></button>
  <?cs /each ?>
</form><?cs /if ?>
<?cs if:subcount(Groups) ?><?cs call:provider_found() ?><?cs
each:group = Groups ?>
<section class="kind" aria-labelledby="kind-<?cs var:group.Kind ?>">
<h2 id="kind-<?cs var:group.Kind ?>"><?cs var:group.Label ?> <span class="count"><?cs var:group.Count ?></span></h2>
<?cs call:provider_cards(group.Providers, "1") ?>
</section><?cs /each ?><?cs
elif:?Search.Query ?>
<div class="empty">
  <h2>{{list.nothing}}</h2>
  <p>{{tools.nothing query=Search.Query a=Search.Url}}</p>
</div><?cs
elif:Search.Some ?>
<div class="empty">
  <h2>{{tools.none_of_kind}}</h2>
  <p>{{tools.none_of_kind_text a=Search.Url}}</p>
</div><?cs
else ?>
<div class="empty">
  <h2>{{tools.none}}</h2>
  <p>{{list.not_installed}}</p>
</div><?cs /if ?>
<?cs call:app_close() ?>
