from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.home, name="home"),
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
    path("profile/", views.profile, name="profile"),
    path("users/", views.user_list, name="user_list"),
    path("users/new/", views.user_new, name="user_new"),
    path("users/<int:pk>/active/", views.user_activate, name="user_activate"),
    path("users/<int:pk>/password/", views.user_reset_password, name="user_reset_password"),
    path("access-log/", views.access_log, name="access_log"),
]
