<?cs # leaving.cs: answers the POST of Allow Access and leads on to the provider (a redirect of a POST would meet form-action).
  Reads, besides layout.cs:
    Provider.Vendor           text
    Provider.Icon.Letter      text
    Provider.Icon.Tone        enum(ink|blue|teal|green|amber|orange|red|violet)
    Leaving.Url               url             the authorization request; https, no spaces or quotes
    Leaving.Host              text            its host, shown to the visitor
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head({{leaving.title vendor=Provider.Vendor}}) ?><meta http-equiv="refresh" content="0;url=<?cs var:Leaving.Url ?>">
<meta name="referrer" content="no-referrer">
<?cs call:panel_open("plain") ?>
<div class="consent-head">
  <p class="pair" aria-hidden="true"><span class="tile tile-grantry">Gr</span><span class="icon icon-arrow"></span><?cs call:tile(Provider.Icon) ?></p>
  <h1>{{leaving.title vendor=Provider.Vendor}}</h1>
  <p class="lede">{{leaving.lede host=Leaving.Host}}</p>
</div>
<p class="form-actions form-actions-centre"><a class="button button-primary" href="<?cs var:Leaving.Url ?>" rel="noreferrer">{{leaving.continue vendor=Provider.Vendor}}</a></p>
<?cs call:panel_close() ?>
