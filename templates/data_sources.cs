<?cs # data_sources.cs: every data source as a card.
  Reads, besides layout.cs:
    Search.Url                     url             GET, field q
    Search.Query                   text, optional  what was searched for; absent = everything is shown
    Search.Count                   int             how many are shown
    Providers.N.Label              text
    Providers.N.Description        text
    Providers.N.Url                url             the provider's page
    Providers.N.Icon.Letter        text            1-2 letters
    Providers.N.Icon.Tone          enum(ink|blue|teal|green|amber|orange|red|violet)
    Providers.N.State.Kind         enum(ok|warn|bad|none)
    Providers.N.State.Text         text            "2 connected", "Not connected", "OAuth client not set up", "Needs no authorization"
    Providers.N.ApiKey             bool            capability tag API Key
    Providers.N.Oauth              bool            capability tag OAuth
    Refused.Count                  int, optional   provider files that could not be used; absent = none
    Refused.Operator               bool            the visitor is the operator: Refused.Items is filled
    Refused.Items.N.File           text            file name
    Refused.Items.N.Reason         text            what is wrong in it
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs include!"part_provider.cs" ?><?cs
call:page_head("Data Sources") ?><?cs call:app_open() ?>
<div class="page-head">
  <h1>Data Sources</h1>
  <p class="lede">Connect the places your knowledge pipelines read from. Secrets are encrypted; nobody can read them back.</p>
  <?cs call:provider_search("Search data sources") ?>
</div>
<?cs call:provider_refused("data source", "data sources") ?>
<?cs if:subcount(Providers) ?><?cs call:provider_found() ?><?cs call:provider_cards(Providers, "") ?><?cs
elif:?Search.Query ?>
<div class="empty">
  <h2>Nothing found</h2>
  <p>No data source matches “<?cs var:Search.Query ?>”. Try a shorter word, or <a href="<?cs var:Search.Url ?>">show all data sources</a>.</p>
</div><?cs else ?>
<div class="empty">
  <h2>No data sources yet</h2>
  <p>No provider is installed. The operator of this Grantry adds providers; they appear here right away.</p>
</div><?cs /if ?>
<?cs call:app_close() ?>
